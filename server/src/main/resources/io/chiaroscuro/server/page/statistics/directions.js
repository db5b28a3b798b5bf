import { h } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { Plate } from "../parts/plate.js";
import { Slider } from "../parts/slider.js";

/** Beyond these hardly anything is to be seen. */
const SHOWN = 6;
const PAUSE_MILLIS = 150;

/** The directions in which the low frequencies vary together, each to be gone along. */
export function Directions({ path, directions, amounts, setAmounts }) {
  const query = new URLSearchParams(amounts).toString();
  const [address, setAddress] = useState(`${path}/directions`);
  useEffect(() => {
    const timer = setTimeout(() => setAddress(`${path}/directions?${query}`), PAUSE_MILLIS);
    return () => clearTimeout(timer);
  }, [query]);

  const change = (number, value) => {
    const { [number]: _, ...others } = amounts;
    setAmounts(value === 0 ? others : { ...others, [number]: value });
  };
  return h(
    "section",
    { class: "panel directions", "aria-labelledby": "directions-title" },
    h("h3", { id: "directions-title" }, "Directions of light"),
    h(
      "div",
      { class: "beside" },
      h(Plate, { src: address, name: "Mean, and so far along" }),
      h(
        "div",
        null,
        directions.slice(0, SHOWN).map(({ number, share }) =>
          h(Slider, {
            key: number,
            label: `Direction ${number + 1}, ${(100 * share).toFixed(1)} % of the variance`,
            value: amounts[number] ?? 0,
            onChange: (value) => change(number, value),
            min: -3,
            max: 3,
            step: 0.1,
            digits: 1,
          }),
        ),
        h("button", { type: "button", onClick: () => setAmounts({}) }, "Back to the mean"),
      ),
    ),
  );
}
