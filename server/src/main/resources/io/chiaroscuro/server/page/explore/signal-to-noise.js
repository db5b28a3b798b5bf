import { h } from "../vendor/preact.js";

const short = (ratio) => (ratio === 0 ? "0" : Number(ratio.toPrecision(2)).toString());

/** How much stronger the picture is than the noise, by wavelength and timestep. */
export function SignalToNoise({ analysis }) {
  const name = ({ timestep }) => (timestep === undefined ? "end" : timestep);
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      null,
      h("caption", null, "Signal to noise, by timestep"),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", { scope: "col" }, "Wavelengths"),
          analysis.levels.map((level) => h("th", { key: name(level), scope: "col" }, name(level))),
        ),
      ),
      h(
        "tbody",
        null,
        analysis.bands.map((band) =>
          h(
            "tr",
            { key: band.name },
            h("th", { scope: "row" }, band.name),
            band.signal_to_noise.map((ratio, index) =>
              h("td", { key: index }, ratio === null ? "∞" : short(ratio)),
            ),
          ),
        ),
      ),
    ),
  );
}
