import { h } from "../vendor/preact.js";
import { BeforeAfter } from "../parts/before-after.js";
import { BrightnessHistogram } from "../parts/brightness-histogram.js";
import { Plate } from "../parts/plate.js";

const percent = (brightness) => `${(100 * brightness).toFixed(1)} %`;

/** A picture, beside the one without the light if there is one, with its figures. */
export function Result({ result, keepSeed, restore }) {
  const { main, without, leak, initial, seed } = result;
  const isCompared = main.shows === "with" && without;
  const alt = main.request.prompt || "A picture without a prompt";
  return h(
    "article",
    { class: "result" },
    h(
      "div",
      { class: "frame" },
      isCompared
        ? h(BeforeAfter, { before: without.png, after: main.png, alt, names: ["without", "with the light"] })
        : h("img", { src: main.png, alt }),
    ),
    h(
      "div",
      { class: "facts" },
      h(
        "dl",
        { class: "figures" },
        isCompared && [
          h("dt", null, "Mean without"),
          h("dd", { class: "mean-without" }, percent(without.brightness)),
        ],
        h("dt", null, isCompared ? "Mean with" : "Mean brightness"),
        h("dd", { class: "mean" }, percent(main.brightness)),
        h("dt", null, "Seed"),
        h("dd", null, seed),
        h("dt", null, "Size"),
        h("dd", null, `${main.width} × ${main.height}`),
      ),
      h(BrightnessHistogram, { of: isCompared ? [without.png, main.png] : [main.png] }),
      initial &&
        leak &&
        h(
          "div",
          { class: "plates" },
          h(Plate, { src: initial.png, name: "Noise", figure: percent(initial.brightness) }),
          h(Plate, { src: leak.png, name: "Leak", figure: percent(leak.brightness) }),
        ),
    ),
    h(
      "div",
      { class: "actions" },
      h("a", { class: "button", href: main.png, download: `chiaroscuro-${seed}.png` }, "Download"),
      isCompared &&
        h(
          "a",
          { class: "button", href: without.png, download: `chiaroscuro-${seed}-without.png` },
          "Download without",
        ),
      h("button", { type: "button", onClick: () => keepSeed(seed) }, "Keep this seed"),
      h(
        "button",
        { type: "button", onClick: () => restore(main.request, "this picture") },
        "Restore its settings",
      ),
    ),
  );
}
