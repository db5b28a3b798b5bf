import { h } from "../vendor/preact.js";
import { LineChart } from "../parts/line-chart.js";

const percent = (rate) => `${(100 * rate).toFixed(1)} %`;

/** The share of the picture by timestep, and what it comes to in words. */
export function ScheduleCurves({ schedule }) {
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
