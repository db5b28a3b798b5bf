import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";
import { Plate } from "../parts/plate.js";

const COUNT = 6;

/** Leaks as they are drawn. */
export function Samples({ path }) {
  const [first, setFirst] = useState(0);
  const seeds = Array.from({ length: COUNT }, (_, index) => first + index);
  return h(
    "section",
    { class: "panel", "aria-labelledby": "samples-title" },
    h("h3", { id: "samples-title" }, "Leaks drawn"),
    h(
      "div",
      { class: "plates medium" },
      seeds.map((seed) => h(Plate, { key: seed, src: `${path}/samples?seed=${seed}`, name: `Seed ${seed}` })),
    ),
    h("button", { type: "button", onClick: () => setFirst(first + COUNT) }, "Draw others"),
  );
}
