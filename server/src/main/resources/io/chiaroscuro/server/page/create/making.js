import { h } from "../vendor/preact.js";
import { useFetched } from "../fetched.js";
import { NumberField } from "../parts/number-field.js";
import { SelectField } from "../parts/select-field.js";

/** How the picture is made. */
export function Making({ settings, set, models, model, restoreFrom }) {
  const samplers = useFetched("api/samplers").value?.samplers ?? [];
  const limits = useFetched("api/info").value?.limits ?? {};
  const number = (label, name, rest) =>
    h(NumberField, {
      label,
      name,
      value: settings[name],
      onChange: (value) => set({ [name]: value }),
      ...rest,
    });
  const side = {
    placeholder: model?.trained_size,
    min: 8,
    max: limits.max_side,
    step: model?.downscale ?? 8,
  };

  return h(
    "section",
    { class: "panel making", "aria-label": "Settings" },
    number("Seed", "seed", { placeholder: "by chance", min: 0 }),
    h(SelectField, {
      label: "Model",
      name: "model",
      value: model?.name,
      options: models.map(({ name }) => ({ value: name, name })),
      onChange: (value) => set({ model: value }),
    }),
    h(SelectField, {
      label: "Sampler",
      name: "scheduler",
      value: settings.scheduler,
      options: [
        { value: "", name: model ? `the model's own (${model.scheduler})` : "the model's own" },
        ...samplers.map((name) => ({ value: name, name })),
      ],
      onChange: (scheduler) => set({ scheduler }),
    }),
    h(
      "div",
      { class: "pair" },
      number("Steps", "num_inference_steps", { min: 1, max: limits.max_steps }),
      number("Guidance", "guidance_scale", { placeholder: "model's", min: 0, max: 100, step: "any" }),
    ),
    h("div", { class: "pair" }, number("Width", "width", side), number("Height", "height", side)),
    number("Pictures", "count", { min: 1, max: limits.max_count }),
    h(
      "label",
      { class: "restore" },
      h("input", {
        type: "file",
        accept: "image/png",
        onChange: (event) => event.target.files[0] && restoreFrom(event.target.files[0]),
      }),
      h("span", null, "Restore settings from a picture; or drop it anywhere here."),
    ),
  );
}
