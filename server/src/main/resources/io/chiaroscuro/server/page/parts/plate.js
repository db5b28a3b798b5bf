import { h } from "../vendor/preact.js";

/** A small picture with its name. */
export function Plate({ src, name, figure }) {
  return h(
    "figure",
    { class: "plate" },
    h("img", { src, alt: name }),
    h("figcaption", null, name, figure && h("span", { class: "figures" }, figure)),
  );
}
