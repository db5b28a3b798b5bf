import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";
import { useFetched } from "../fetched.js";
import { NumberField } from "../parts/number-field.js";
import { Problem } from "../parts/problem.js";
import { ScheduleCurves } from "./schedule-curves.js";

/** What is left of the picture at each timestep, as the model was trained and without a leak. */
export function Schedule() {
  const [steps, setSteps] = useState(50);
  const { value, problem } = useFetched(steps ? `api/explore/schedule?steps=${steps}` : null);
  return h(
    "section",
    { class: "panel", "aria-labelledby": "schedule-title" },
    h("h2", { id: "schedule-title" }, "Where the leak comes from"),
    h(Problem, { problem }),
    value && h(ScheduleCurves, { schedule: value }),
    h(
      "div",
      { class: "row" },
      h(NumberField, { label: "Sampler's steps", value: steps, min: 1, onChange: setSteps }),
    ),
  );
}
