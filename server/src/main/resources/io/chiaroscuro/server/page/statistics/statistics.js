import { h } from "../vendor/preact.js";
import { useCallback, useState } from "../vendor/hooks.js";
import { Problem } from "../parts/problem.js";
import { NewStatistics } from "./new-statistics.js";
import { Portrait } from "./portrait.js";
import { Shelf } from "./shelf.js";

/** Light as photographs have it: built from them, looked at, put to use. */
export function Statistics({ shelf, createIn }) {
  const { value, problem, refresh } = shelf;
  const [name, setName] = useState(null);
  const all = value?.statistics ?? [];
  const shown = all.find((one) => one.name === name) ?? all[0];
  const built = useCallback((newName) => {
    setName(newName);
    refresh();
  }, []);
  return h(
    "div",
    { class: "with-sidebar" },
    h(
      "aside",
      null,
      h(Shelf, { all, shown, choose: setName }),
      h(Problem, { problem }),
      h(NewStatistics, { built }),
    ),
    shown && h(Portrait, { key: shown.name, statistics: shown, createIn, removed: refresh }),
  );
}
