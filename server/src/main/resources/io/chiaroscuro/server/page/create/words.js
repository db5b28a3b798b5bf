import { h } from "../vendor/preact.js";
import { Field } from "../parts/field.js";

/** What the picture shows, and what it does not. */
export function Words({ settings, set }) {
  const area = (label, name, rows, placeholder) =>
    h(
      Field,
      { label },
      h("textarea", {
        name,
        rows,
        placeholder,
        value: settings[name],
        onInput: (event) => set({ [name]: event.target.value }),
      }),
    );
  return h(
    "section",
    { class: "panel words", "aria-label": "Words" },
    area("Prompt", "prompt", 3, "a red apple"),
    area("Negative prompt", "negative_prompt", 1, "what it shall not show"),
  );
}
