import { h } from "../vendor/preact.js";

const words = ({ state, position, step, total }, unit) =>
  ({
    sending: "Sending",
    queued: position > 1 ? `Waiting, number ${position} in the queue` : "Waiting",
    running: step ? `${unit} ${step} of ${total}` : "Beginning",
    cancelled: "Cancelled",
  })[state];

/** How far a job is, and how to stop it. */
export function JobProgress({ job, onCancel, unit = "Step" }) {
  const said = words(job, unit);
  if (!said) {
    return null;
  }
  const isOver = job.state === "cancelled";
  return h(
    "div",
    { class: "job-progress" },
    h("span", { role: "status", class: "figures" }, said),
    !isOver && h("progress", { max: job.total || 1, value: job.step ?? 0, "aria-label": "Progress" }),
    !isOver && h("button", { type: "button", disabled: !job.id, onClick: onCancel }, "Cancel"),
  );
}
