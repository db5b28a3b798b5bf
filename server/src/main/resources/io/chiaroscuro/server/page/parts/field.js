import { h } from "../vendor/preact.js";

/** A control under its label, with a word of explanation where it needs one. */
export function Field({ label, hint, class: kind = "", children }) {
  return h(
    "label",
    { class: `field ${kind}` },
    h("span", null, label),
    children,
    hint && h("small", null, hint),
  );
}
