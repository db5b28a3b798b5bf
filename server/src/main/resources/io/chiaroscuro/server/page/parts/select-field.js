import { h } from "../vendor/preact.js";
import { Field } from "./field.js";

/** One of some `{value, name}`; the empty value stands for none. */
export function SelectField({ label, hint, name, value, options, onChange }) {
  return h(
    Field,
    { label, hint },
    h(
      "select",
      { name, value: value ?? "", onChange: (event) => onChange(event.target.value || undefined) },
      options.map((option) =>
        h(
          "option",
          { key: option.value, value: option.value, selected: option.value === (value ?? "") },
          option.name,
        ),
      ),
    ),
  );
}
