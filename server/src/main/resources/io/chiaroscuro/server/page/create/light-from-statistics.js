import { h } from "../vendor/preact.js";
import { CheckField } from "../parts/check-field.js";
import { NumberField } from "../parts/number-field.js";
import { Problem } from "../parts/problem.js";
import { SelectField } from "../parts/select-field.js";

/** Light as photographs have it. */
export function LightFromStatistics({ light, setLight, shelf }) {
  const names = (shelf.value?.statistics ?? []).map(({ name }) => name);
  const directions = Object.keys(light.directions ?? {}).length;
  return [
    h(SelectField, {
      label: "Statistics",
      name: "statistics",
      value: light.statistics,
      options: [{ value: "", name: "choose" }, ...names.map((name) => ({ value: name, name }))],
      onChange: (statistics) => setLight({ statistics, directions: undefined }),
    }),
    h(Problem, { problem: shelf.problem }),
    directions > 0 &&
      h(
        "p",
        { class: "quiet-text" },
        directions === 1 ? "One direction is set. " : `${directions} directions are set. `,
        h(
          "button",
          { type: "button", class: "link", onClick: () => setLight({ directions: undefined }) },
          "Draw them again",
        ),
      ),
    h(NumberField, {
      label: "Leak's seed",
      name: "sample_seed",
      value: light.sample_seed,
      placeholder: "by the picture's",
      min: 0,
      onChange: (seed) => setLight({ sample_seed: seed }),
    }),
    h(CheckField, {
      label: "Only the high frequencies",
      name: "only_high_frequency",
      checked: light.only_high_frequency === true,
      onChange: (isOnly) => setLight({ only_high_frequency: isOnly || undefined }),
    }),
  ];
}
