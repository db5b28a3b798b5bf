import { h } from "../vendor/preact.js";
import { useEffect } from "../vendor/hooks.js";
import { useFetched } from "../fetched.js";
import { LineChart } from "../parts/line-chart.js";
import { Problem } from "../parts/problem.js";
import { SamplesOverTime } from "./samples-over-time.js";
import { smoothed } from "./smoothed.js";

/** One run: its loss, and its samples over time. */
export function Run({ name, at }) {
  const { value, problem, refresh } = useFetched(`api/training/runs/${encodeURIComponent(name)}`);
  useEffect(() => refresh(), [at]);
  if (!value) {
    return h(Problem, { problem });
  }
  const losses = value.metrics.filter(({ loss }) => loss !== undefined).map(({ step, loss }) => [step, loss]);
  return h(
    "article",
    { class: "portrait", "aria-label": name },
    h("h2", null, name),
    losses.length > 0 &&
      h("section", { class: "panel" }, h(LineChart, { title: "Loss", xName: "step", series: lines(losses) })),
    value.samples.length > 0 && h(SamplesOverTime, { samples: value.samples }),
  );
}

const lines = (losses) => [
  { name: "of each step", kind: "faint", points: losses },
  { name: "running mean", kind: "main", points: smoothed(losses) },
];
