import { h } from "../vendor/preact.js";

/** A slider with its figure. */
export function Slider({ label, name, value, onChange, min, max, step, digits = 2 }) {
  return h(
    "label",
    { class: "slider" },
    h("span", null, label),
    h("output", null, value.toFixed(digits)),
    h("input", {
      type: "range",
      "aria-label": label,
      name,
      value,
      min,
      max,
      step,
      onInput: (event) => onChange(event.target.valueAsNumber),
    }),
  );
}
