import { h } from "../vendor/preact.js";

/** The statistics there are. */
export function Shelf({ all, shown, choose }) {
  return h(
    "section",
    { class: "panel shelf", "aria-labelledby": "shelf-title" },
    h("h2", { id: "shelf-title" }, "Statistics"),
    h(
      "ul",
      null,
      all.map((one) =>
        h(
          "li",
          { key: one.name },
          h(
            "button",
            { type: "button", "aria-pressed": one.name === shown.name, onClick: () => choose(one.name) },
            h("span", null, one.name),
            h(
              "small",
              { class: "figures" },
              one.image_count ? `${one.image_count} pictures` : one.statistic_type,
            ),
          ),
        ),
      ),
    ),
  );
}
