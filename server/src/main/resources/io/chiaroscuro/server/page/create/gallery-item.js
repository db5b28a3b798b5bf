import { h } from "../vendor/preact.js";

/** A picture of the gallery: to be shown large, or removed. */
export function GalleryItem({ result, show, forget }) {
  const { main } = result;
  const name = main.request.prompt || "without a prompt";
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", title: name, onClick: () => show(result.pictures) },
      h("img", { src: main.png, alt: name, loading: "lazy" }),
    ),
    h(
      "button",
      {
        type: "button",
        class: "remove",
        "aria-label": `Remove ${name}, seed ${main.seed}`,
        onClick: () => forget(result),
      },
      "×",
    ),
  );
}
