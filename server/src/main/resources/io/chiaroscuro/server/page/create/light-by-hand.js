import { h } from "../vendor/preact.js";
import { CheckField } from "../parts/check-field.js";
import { ColorField } from "../parts/color-field.js";
import { SelectField } from "../parts/select-field.js";
import { PaintField } from "./paint-field.js";

const PRESETS = [
  { value: "", name: "none" },
  { value: "white-background", name: "white background" },
  { value: "red-background", name: "red background" },
];
const FIRST_MEAN = "#202838";

/** A mean colour, painted low frequencies, the authors' constants. */
export function LightByHand({ light, setLight }) {
  return [
    h(
      "div",
      { class: "mean-color" },
      h(CheckField, {
        label: "Mean colour",
        checked: light.mean_color !== undefined,
        onChange: (isSet) => setLight({ mean_color: isSet ? FIRST_MEAN : undefined }),
      }),
      light.mean_color !== undefined &&
        h(ColorField, {
          label: "Mean colour",
          name: "mean_color",
          value: light.mean_color,
          onChange: (color) => setLight({ mean_color: color }),
        }),
    ),
    h(PaintField, { field: light.field, onChange: (field) => setLight({ field }) }),
    h(SelectField, {
      label: "Preset",
      hint: "The authors' constants, for Stable Diffusion 1.x and 2.x.",
      name: "preset",
      value: light.preset,
      options: PRESETS,
      onChange: (preset) => setLight({ preset }),
    }),
  ];
}
