import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";

/** One of the sheets of samples, by a slider over the steps at which they were drawn. */
export function SamplesOverTime({ samples }) {
  const [chosen, setChosen] = useState(null);
  const index = chosen ?? samples.length - 1;
  const sample = samples[index];
  return h(
    "section",
    { class: "panel", "aria-labelledby": "over-time" },
    h("h3", { id: "over-time" }, "Samples over time"),
    h("img", { class: "wide-picture", src: sample.png, alt: `Samples at step ${sample.step}` }),
    h(
      "label",
      { class: "slider" },
      h("span", null, "Step"),
      h("output", null, sample.step),
      h("input", {
        type: "range",
        "aria-label": "Step",
        "aria-valuetext": sample.step,
        min: 0,
        max: samples.length - 1,
        value: index,
        onInput: (event) => setChosen(event.target.valueAsNumber),
      }),
    ),
  );
}
