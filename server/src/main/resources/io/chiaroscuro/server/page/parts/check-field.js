import { h } from "../vendor/preact.js";

/** Yes or no. */
export function CheckField({ label, name, checked, onChange }) {
  return h(
    "label",
    { class: "check" },
    h("input", { type: "checkbox", name, checked, onChange: (event) => onChange(event.target.checked) }),
    h("span", null, label),
  );
}
