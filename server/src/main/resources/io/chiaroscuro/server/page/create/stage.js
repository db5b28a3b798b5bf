import { h } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { Result } from "./result.js";
import { bySeed } from "./by-seed.js";

/** What comes into being, or came; of several seeds one is shown large. */
export function Stage({ pictures, preview, isBusy, keepSeed, restore }) {
  const results = bySeed(pictures);
  const [chosen, setChosen] = useState(0);
  useEffect(() => setChosen(0), [pictures]);
  if (isBusy) {
    return h(
      "div",
      { class: "frame" },
      preview
        ? h("img", { src: preview, alt: "Preview of the picture in the making" })
        : h("div", { class: "developing" }),
    );
  }
  if (results.length === 0) {
    return h("div", { class: "frame empty" }, h("p", null, "Say what to show, set the light, and create."));
  }
  const result = results[Math.min(chosen, results.length - 1)];
  return [
    h(Result, { key: result.main.id, result, keepSeed, restore }),
    results.length > 1 &&
      h(
        "div",
        { class: "strip", role: "group", "aria-label": "Pictures of this request" },
        results.map(({ main, seed }, index) =>
          h(
            "button",
            {
              key: main.id,
              type: "button",
              "aria-pressed": index === chosen,
              onClick: () => setChosen(index),
            },
            h("img", { src: main.png, alt: `Seed ${seed}` }),
          ),
        ),
      ),
  ];
}
