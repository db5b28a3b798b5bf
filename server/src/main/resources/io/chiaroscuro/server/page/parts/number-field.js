import { h } from "../vendor/preact.js";
import { Field } from "./field.js";

/** A number, or nothing: then it is as the placeholder says. */
export function NumberField({ label, hint, name, value, onChange, placeholder, min, max, step = 1 }) {
  return h(
    Field,
    { label, hint },
    h("input", {
      type: "number",
      name,
      value: value ?? "",
      placeholder,
      min,
      max,
      step,
      onInput: (event) => onChange(event.target.value === "" ? undefined : event.target.valueAsNumber),
    }),
  );
}
