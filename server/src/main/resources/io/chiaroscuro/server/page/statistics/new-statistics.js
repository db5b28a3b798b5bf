import { h } from "../vendor/preact.js";
import { useCallback, useState } from "../vendor/hooks.js";
import { post } from "../api.js";
import { useFetched } from "../fetched.js";
import { useJob } from "../job.js";
import { CheckField } from "../parts/check-field.js";
import { DropZone } from "../parts/drop-zone.js";
import { Field } from "../parts/field.js";
import { JobProgress } from "../parts/job-progress.js";
import { NumberField } from "../parts/number-field.js";
import { Problem } from "../parts/problem.js";
import { SelectField } from "../parts/select-field.js";
import { uploadAll } from "./upload.js";

const START = { name: "", statistic_type: "dct+pixel", n_components: 3, center_crop: true };
const TYPES = [
  { value: "dct+pixel", name: "dct+pixel: light and texture" },
  { value: "pixel", name: "pixel: each by itself" },
];

/** Photographs in, statistics out. */
export function NewStatistics({ built }) {
  const [files, setFiles] = useState([]);
  const [settings, setSettings] = useState(START);
  const [sent, setSent] = useState(null);
  const models = useFetched("api/models").value?.models ?? [];
  const done = useCallback((result) => {
    setFiles([]);
    setSettings((known) => ({ ...known, name: "" }));
    built(result.statistics);
  }, []);
  const { job, start, cancel, isBusy } = useJob(done);
  const set = (change) => setSettings((known) => ({ ...known, ...change }));
  const model = models.find((one) => (settings.model ? one.name === settings.model : one.default));

  const build = (event) => {
    event.preventDefault();
    start(async () => {
      try {
        const upload = await uploadAll(files, setSent);
        return await post("api/statistics", { ...settings, upload });
      } finally {
        setSent(null);
      }
    });
  };

  return h(
    "form",
    { class: "panel", onSubmit: build, "aria-labelledby": "new-title" },
    h("h2", { id: "new-title" }, "From your pictures"),
    h(DropZone, {
      label:
        files.length > 0
          ? `${files.length} pictures chosen`
          : "Drop pictures or a folder here, or choose them.",
      multiple: true,
      onFiles: setFiles,
    }),
    h(
      Field,
      { label: "Name" },
      h("input", {
        name: "name",
        required: true,
        pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}",
        title: "Letters, digits, dots, dashes and underscores",
        value: settings.name,
        onInput: (event) => set({ name: event.target.value }),
      }),
    ),
    h(SelectField, {
      label: "Model",
      value: model?.name,
      options: models.map(({ name }) => ({ value: name, name })),
      onChange: (name) => set({ model: name }),
    }),
    h(SelectField, {
      label: "Type",
      value: settings.statistic_type,
      options: TYPES,
      onChange: (type) => set({ statistic_type: type }),
    }),
    h(
      "div",
      { class: "pair" },
      h(NumberField, {
        label: "Resolution",
        value: settings.resolution,
        placeholder: model?.trained_size,
        min: 8,
        step: model?.downscale ?? 8,
        onChange: (resolution) => set({ resolution }),
      }),
      h(NumberField, {
        label: "Components",
        value: settings.n_components,
        min: 1,
        onChange: (count) => set({ n_components: count }),
      }),
    ),
    h(CheckField, {
      label: "Crop to the middle",
      checked: settings.center_crop,
      onChange: (isCentered) => set({ center_crop: isCentered }),
    }),
    h("button", { class: "primary", disabled: isBusy || files.length < 2 }, "Build"),
    sent !== null
      ? h("p", { role: "status", class: "quiet-text figures" }, `Sending, ${sent} of ${files.length} sent`)
      : job && h(JobProgress, { job, onCancel: cancel, unit: "picture" }),
    h(Problem, { problem: job?.problem }),
  );
}
