import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";
import { useFetched } from "../fetched.js";
import { LineChart } from "../parts/line-chart.js";
import { NumberField } from "../parts/number-field.js";
import { Problem } from "../parts/problem.js";

const percent = (rate) => `${(100 * rate).toFixed(1)} %`;

/** What is left of the picture at each timestep, as the model was trained and without a leak. */
export function Schedule() {
  const [steps, setSteps] = useState(50);
  const { value, problem } = useFetched(steps ? `api/explore/schedule?steps=${steps}` : null);
  return h(
    "section",
    { class: "panel", "aria-labelledby": "schedule-title" },
    h("h2", { id: "schedule-title" }, "Where the leak comes from"),
    h(Problem, { problem }),
    value && h(Curves, { schedule: value }),
    h(
      "div",
      { class: "row" },
      h(NumberField, { label: "Sampler's steps", value: steps, min: 1, onChange: setSteps }),
    ),
  );
}

function Curves({ schedule }) {
  const { own, zero_terminal_snr: zero, first_step: first } = schedule;
  const points = (curve) => curve.signal_rate.map((rate, timestep) => [timestep, rate]);
  return [
    h(
      "p",
      { class: "quiet-text" },
      `At the end of training ${percent(own.training_end.signal_rate)} of the picture is left. `,
      `In ${schedule.steps} steps, ${schedule.scheduler} begins where ${percent(first.signal_rate)} was left, from noise that holds nothing of it. `,
      `With zero terminal SNR training ends at ${percent(zero.training_end.signal_rate)}.`,
    ),
    h(LineChart, {
      title: "Share of the picture by timestep",
      xName: "timestep",
      series: [
        { name: "as trained", kind: "main", points: points(own) },
        { name: "zero terminal SNR", kind: "other", points: points(zero) },
      ],
    }),
  ];
}
