import { h } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { post } from "../api.js";
import { Plate } from "../parts/plate.js";
import { Problem } from "../parts/problem.js";
import { lightOf } from "./settings.js";

/** As long as a hand rests between two strokes. */
const PAUSE_MILLIS = 350;

/** What the light looks like before anything is denoised: noise, leak, and both, decoded. */
export function LightPreview({ settings }) {
  const light = lightOf(settings);
  const { model, width, height } = settings;
  const wanted = JSON.stringify({ light, seed: settings.seed ?? 0, model, width, height });
  const [shown, setShown] = useState(null);
  const [problem, setProblem] = useState(null);
  const isReady = light.mode === "hand" || light.statistics !== undefined;

  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      try {
        const preview = isReady ? await post("api/light/preview", JSON.parse(wanted)) : null;
        if (isWanted) {
          setShown(preview);
          setProblem(null);
        }
      } catch (refusal) {
        if (isWanted) {
          setProblem(refusal);
        }
      }
    }, PAUSE_MILLIS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [wanted]);

  return [
    h(Problem, { problem }),
    h(
      "div",
      { class: "plates light-preview" },
      shown && [
        h(Plate, { src: shown.initial_png, name: "Noise" }),
        h(Plate, { src: shown.leak_png, name: "Leak" }),
        h(Plate, { src: shown.both_png, name: "Together" }),
      ],
    ),
  ];
}
