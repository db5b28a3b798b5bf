import { h } from "../vendor/preact.js";

/** A colour, with its name in figures. */
export function ColorField({ label, name, value, onChange }) {
  return h(
    "span",
    { class: "color-field" },
    h("input", {
      type: "color",
      name,
      value,
      "aria-label": label,
      onInput: (event) => onChange(event.target.value),
    }),
    h("output", { class: "figures" }, value),
  );
}
