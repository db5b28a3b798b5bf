import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";
import { postForm } from "../api.js";
import { DropZone } from "../parts/drop-zone.js";
import { Problem } from "../parts/problem.js";
import { SignalToNoise } from "./signal-to-noise.js";

/** What noise leaves of a picture of one's own, by wavelength. */
export function Wavelengths() {
  const [analysis, setAnalysis] = useState(null);
  const [problem, setProblem] = useState(null);
  const [isBusy, setIsBusy] = useState(false);
  const analyze = async ([file]) => {
    if (!file) {
      return;
    }
    setIsBusy(true);
    setProblem(null);
    try {
      setAnalysis(await postForm("api/explore/wavelengths", [file], {}, "image"));
    } catch (refusal) {
      setProblem(refusal);
    }
    setIsBusy(false);
  };
  return h(
    "section",
    { class: "panel", "aria-labelledby": "wavelengths-title" },
    h("h2", { id: "wavelengths-title" }, "What noise leaves of a picture"),
    h(
      "p",
      { class: "quiet-text" },
      "Training adds noise that is alike at all wavelengths. A picture's long waves are strong, and outlast it.",
    ),
    h(DropZone, {
      label: isBusy ? "Looking at it…" : "Drop a picture of yours here, or choose one.",
      onFiles: analyze,
    }),
    h(Problem, { problem }),
    analysis && [
      h("img", {
        class: "wide-picture",
        src: analysis.figure_png,
        alt: "The picture, by wavelength, under more and more noise",
      }),
      h(SignalToNoise, { analysis }),
    ],
  );
}
