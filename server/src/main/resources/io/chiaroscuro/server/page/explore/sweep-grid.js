import { h } from "../vendor/preact.js";

const sign = (constant) => (constant > 0 ? `+${constant}` : String(constant).replace("-", "−"));

/** Pictures row by row, a row for each channel. */
export function SweepGrid({ pictures, channels, constants }) {
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "sweep" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("td"),
          constants.map((constant) => h("th", { key: constant, scope: "col" }, sign(constant))),
        ),
      ),
      h(
        "tbody",
        null,
        channels.map((channel, row) =>
          h(
            "tr",
            { key: channel },
            h("th", { scope: "row" }, `Channel ${channel}`),
            constants.map((constant, column) => {
              const picture = pictures[row * constants.length + column];
              return h(
                "td",
                { key: constant },
                h("img", { src: picture.png, alt: `Channel ${channel} ${sign(constant)}` }),
                h("small", { class: "figures" }, `${(100 * picture.brightness).toFixed(0)} %`),
              );
            }),
          ),
        ),
      ),
    ),
  );
}
