import { h } from "../vendor/preact.js";
import { useCallback, useState } from "../vendor/hooks.js";
import { useJob } from "../job.js";
import { Field } from "../parts/field.js";
import { JobProgress } from "../parts/job-progress.js";
import { NumberField } from "../parts/number-field.js";
import { Problem } from "../parts/problem.js";
import { SweepGrid } from "./sweep-grid.js";

const CHANNELS = [0, 1, 2, 3];
const CONSTANTS = [-2, -1, 0, 1, 2];

/** One picture, with a constant added to one channel of the leak at a time. */
export function Sweep() {
  const [image, setImage] = useState({ prompt: "", seed: 0, num_inference_steps: 20 });
  const [pictures, setPictures] = useState([]);
  const done = useCallback((result) => setPictures(result.pictures), []);
  const { job, submit, cancel, isBusy } = useJob(done);
  const set = (change) => setImage((known) => ({ ...known, ...change }));
  const sweep = (event) => {
    event.preventDefault();
    submit("api/explore/sweep", { image, channels: CHANNELS, constants: CONSTANTS });
  };
  return h(
    "section",
    { class: "panel", "aria-labelledby": "sweep-title" },
    h("h2", { id: "sweep-title" }, "What each channel does"),
    h(
      "p",
      { class: "quiet-text" },
      "The same picture from the same seed, with a constant added to one latent channel of the leak.",
    ),
    h(
      "form",
      { class: "row", onSubmit: sweep },
      h(
        Field,
        { label: "Prompt", class: "wide" },
        h("input", {
          value: image.prompt,
          placeholder: "a red apple",
          onInput: (event) => set({ prompt: event.target.value }),
        }),
      ),
      h(NumberField, { label: "Seed", value: image.seed, min: 0, onChange: (seed) => set({ seed }) }),
      h(NumberField, {
        label: "Steps",
        value: image.num_inference_steps,
        min: 1,
        onChange: (steps) => set({ num_inference_steps: steps }),
      }),
      h("button", { class: "primary", disabled: isBusy }, "Sweep"),
    ),
    job && h(JobProgress, { job, onCancel: cancel }),
    h(Problem, { problem: job?.problem }),
    pictures.length > 0 && h(SweepGrid, { pictures, channels: CHANNELS, constants: CONSTANTS }),
  );
}
