import { cloneElement, h } from "../vendor/preact.js";
import { useId } from "../vendor/hooks.js";

/** A control under its label, with a word of explanation where it needs one. */
export function Field({ label, hint, class: kind = "", children: control }) {
  const id = useId();
  return h(
    "div",
    { class: `field ${kind}` },
    h("label", { for: id }, label),
    cloneElement(control, { id, "aria-describedby": hint && `${id}-hint` }),
    hint && h("small", { id: `${id}-hint` }, hint),
  );
}
