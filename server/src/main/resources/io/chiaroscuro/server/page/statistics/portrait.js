import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";
import { remove } from "../api.js";
import { Plate } from "../parts/plate.js";
import { Problem } from "../parts/problem.js";
import { Directions } from "./directions.js";
import { Figures } from "./figures.js";
import { Samples } from "./samples.js";

/** What some statistics look like. */
export function Portrait({ statistics, createIn, removed }) {
  const [problem, setProblem] = useState(null);
  const [amounts, setAmounts] = useState({});
  const { name } = statistics;
  const path = `api/statistics/${encodeURIComponent(name)}`;
  const forget = () => remove(path).then(removed, setProblem);
  const use = () =>
    createIn({
      mode: "statistics",
      statistics: name,
      directions: Object.keys(amounts).length > 0 ? amounts : undefined,
    });
  return h(
    "article",
    { class: "portrait", "aria-label": name },
    h(
      "div",
      { class: "title" },
      h("h2", null, name),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", class: "primary", onClick: use }, "Use in Create"),
        h("a", { class: "button", href: `${path}/download`, download: `${name}.zip` }, "Download"),
        !statistics.built_in && h("button", { type: "button", onClick: forget }, "Remove"),
      ),
    ),
    h(Problem, { problem }),
    h(
      "section",
      { class: "panel summary", "aria-label": "What they say" },
      h(
        "div",
        { class: "plates large" },
        h(Plate, { src: `${path}/mean`, name: "Mean" }),
        h(Plate, { src: `${path}/variance`, name: "Variance" }),
      ),
      h(Figures, { statistics }),
    ),
    statistics.directions && h(Directions, { path, directions: statistics.directions, amounts, setAmounts }),
    h(Samples, { path }),
  );
}
