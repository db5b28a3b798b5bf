import { h } from "../vendor/preact.js";

/** One of a few `{value, name}`, side by side. */
export function Choice({ legend, name, value, options, onChange }) {
  return h(
    "fieldset",
    { class: "choice" },
    h("legend", null, legend),
    options.map((option) =>
      h(
        "label",
        { key: option.value },
        h("input", {
          type: "radio",
          name,
          value: option.value,
          checked: option.value === value,
          onChange: () => onChange(option.value),
        }),
        h("span", null, option.name),
      ),
    ),
  );
}
