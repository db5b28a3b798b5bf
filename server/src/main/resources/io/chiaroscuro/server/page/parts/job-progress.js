import { h } from "../vendor/preact.js";
import { isBusy } from "../job.js";

const words = ({ state, position }) =>
  ({
    sending: "Sending",
    queued: position > 1 ? `Waiting, number ${position} in the queue` : "Waiting",
    running: "Running",
    done: "Done",
    cancelled: "Cancelled",
  })[state];

/** How far a job is, and how to stop it; its states are spoken, its steps are not. */
export function JobProgress({ job, onCancel, unit = "step" }) {
  return h(
    "div",
    { class: "job-progress" },
    h(
      "span",
      { class: "figures" },
      h("span", { role: "status" }, words(job)),
      job.state === "running" && job.step > 0 && `, ${unit} ${job.step} of ${job.total}`,
    ),
    isBusy(job) && h("progress", { max: job.total || 1, value: job.step ?? 0, "aria-label": "Progress" }),
    isBusy(job) && h("button", { type: "button", disabled: !job.id, onClick: onCancel }, "Cancel"),
  );
}
