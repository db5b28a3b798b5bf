import { h } from "../vendor/preact.js";
import { CheckField } from "../parts/check-field.js";
import { Choice } from "../parts/choice.js";
import { Slider } from "../parts/slider.js";
import { ChannelSliders } from "./channel-sliders.js";
import { LightByHand } from "./light-by-hand.js";
import { LightFromStatistics } from "./light-from-statistics.js";
import { LightPreview } from "./light-preview.js";

const MODES = [
  { value: "off", name: "Off" },
  { value: "statistics", name: "Statistics" },
  { value: "hand", name: "By hand" },
];

/** The signal leak: none, from statistics, or by hand. */
export function LightPanel({ settings, set, setLight, model, shelf }) {
  const { light } = settings;
  return h(
    "section",
    { class: "panel light-panel", "aria-label": "Light" },
    h(Choice, {
      legend: "Light",
      name: "mode",
      value: light.mode,
      options: MODES,
      onChange: (mode) => setLight({ mode }),
    }),
    light.mode === "off" &&
      h(
        "p",
        { class: "quiet-text" },
        "White noise alone: the mean stays near the middle, whatever the prompt says.",
      ),
    light.mode !== "off" && h(LightPreview, { settings }),
    light.mode === "statistics" && h(LightFromStatistics, { light, setLight, shelf }),
    light.mode === "hand" && h(LightByHand, { light, setLight }),
    light.mode !== "off" && [
      h(Slider, {
        label: "Strength",
        name: "strength",
        value: light.strength,
        onChange: (strength) => setLight({ strength }),
        min: 0,
        max: 2,
        step: 0.05,
      }),
      h(ChannelSliders, { count: model?.latent_channels ?? 0, channels: light.channels, setLight }),
      h(CheckField, {
        label: "Also without the light, for the same seed",
        name: "compare",
        checked: settings.compare,
        onChange: (compare) => set({ compare }),
      }),
    ],
  );
}
