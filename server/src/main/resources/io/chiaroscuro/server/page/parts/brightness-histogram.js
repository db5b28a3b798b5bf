import { h } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { histogramOf } from "./histogram-of.js";

const HEIGHT = 60;

/** How often each value occurs in one picture, or in one without and one with the light. */
export function BrightnessHistogram({ of }) {
  const [histograms, setHistograms] = useState([]);
  useEffect(() => {
    let isWanted = true;
    Promise.all(of.map(histogramOf)).then((all) => isWanted && setHistograms(all));
    return () => (isWanted = false);
  }, [of.join()]);
  const names = of.length > 1 ? ["without", "with"] : ["with"];
  const bins = histograms[0]?.length ?? 1;
  return h(
    "figure",
    { class: "histogram" },
    h(
      "svg",
      {
        viewBox: `0 0 ${bins} ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": "Histogram of brightness, from black to white",
      },
      histograms.map((counts, index) => h("path", { key: index, class: names[index], d: outline(counts) })),
    ),
    h("figcaption", null, h("span", null, "black"), h("span", null, "white")),
  );
}

/** Square roots, so that a narrow peak leaves the rest to be seen. */
function outline(counts) {
  const highest = Math.sqrt(Math.max(...counts));
  const steps = counts.map(
    (count, x) => `V${(HEIGHT * (1 - Math.sqrt(count) / highest)).toFixed(2)}H${x + 1}`,
  );
  return `M0 ${HEIGHT}${steps.join("")}V${HEIGHT}Z`;
}
