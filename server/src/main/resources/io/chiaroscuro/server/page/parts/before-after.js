import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";

/** Two pictures of one size, one over the other, with a divider to drag; the arrows move it too. */
export function BeforeAfter({ before, after, alt, names }) {
  const [at, setAt] = useState(50);
  return h(
    "div",
    { class: "before-after" },
    h("img", { src: after, alt: `${alt}, ${names[1]}` }),
    h("img", { src: before, alt: `${alt}, ${names[0]}`, style: { clipPath: `inset(0 ${100 - at}% 0 0)` } }),
    h("span", { class: "side before", "aria-hidden": true }, names[0]),
    h("span", { class: "side after", "aria-hidden": true }, names[1]),
    h("span", { class: "divider", style: { left: `${at}%` } }),
    h("input", {
      type: "range",
      min: 0,
      max: 100,
      step: 0.5,
      value: at,
      "aria-label": `Divider: ${names[0]} on the left, ${names[1]} on the right`,
      onInput: (event) => setAt(event.target.valueAsNumber),
    }),
  );
}
