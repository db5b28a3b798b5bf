import { h } from "../vendor/preact.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { onKeyNeeded, openSession } from "../api.js";
import { Field } from "./field.js";

/** Asks for the server's API key when it is needed; all who wait for it go on together. */
export function KeyDialog() {
  const dialog = useRef(null);
  const waiting = useRef([]);
  const [problem, setProblem] = useState(null);

  useEffect(() => {
    onKeyNeeded(
      () =>
        new Promise((goOn) => {
          waiting.current.push(goOn);
          if (!dialog.current.open) {
            dialog.current.showModal();
          }
        }),
    );
  }, []);

  const open = async (event) => {
    event.preventDefault();
    try {
      await openSession(new FormData(event.target).get("key"));
      dialog.current.close();
      waiting.current.splice(0).forEach((goOn) => goOn());
    } catch (refusal) {
      setProblem(refusal.message);
    }
  };

  return h(
    "dialog",
    { ref: dialog, "aria-labelledby": "key-title", onCancel: (event) => event.preventDefault() },
    h(
      "form",
      { onSubmit: open },
      h("h2", { id: "key-title" }, "This server has a key"),
      h(
        Field,
        { label: "API key" },
        h("input", { type: "password", name: "key", required: true, autocomplete: "current-password" }),
      ),
      problem && h("p", { class: "problem", role: "alert" }, problem),
      h("button", { class: "primary" }, "Enter"),
    ),
  );
}
