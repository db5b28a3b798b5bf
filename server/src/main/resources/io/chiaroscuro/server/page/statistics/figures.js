import { h } from "../vendor/preact.js";

/** Mean and deviation of each latent channel. */
export function Figures({ statistics }) {
  const { channel_means: means, channel_spreads: spreads } = statistics;
  return h(
    "table",
    null,
    h("caption", null, `${statistics.statistic_type}, ${statistics.width} × ${statistics.height} pixels`),
    h(
      "thead",
      null,
      h("tr", null, h("th", null, "Channel"), h("th", null, "Mean"), h("th", null, "Deviation")),
    ),
    h(
      "tbody",
      null,
      means.map((mean, channel) =>
        h(
          "tr",
          { key: channel },
          h("th", { scope: "row" }, channel),
          h("td", null, mean.toFixed(2)),
          h("td", null, spreads[channel].toFixed(2)),
        ),
      ),
    ),
  );
}
