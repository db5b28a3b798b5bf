import { h } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { useFetched } from "../fetched.js";
import { Problem } from "../parts/problem.js";
import { Run } from "./run.js";

const EVERY_MILLIS = 5000;

/** Training runs, as they go on. */
export function Training() {
  const { value, problem, refresh } = useFetched("api/training/runs");
  const [name, setName] = useState(null);
  useEffect(() => {
    const timer = setInterval(refresh, EVERY_MILLIS);
    return () => clearInterval(timer);
  }, []);
  if (problem) {
    return h(Problem, { problem });
  }
  const runs = value?.runs ?? [];
  if (runs.length === 0) {
    return h(
      "section",
      { class: "panel empty-tab" },
      h("h2", null, "No runs to watch"),
      h(
        "p",
        null,
        "Start the server with ",
        h("code", null, "--runs-folder FOLDER"),
        ", the folder in which your training runs lie.",
      ),
    );
  }
  const shown = runs.find((run) => run.name === name) ?? runs[0];
  return h(
    "div",
    { class: "with-sidebar" },
    h(
      "aside",
      null,
      h(
        "section",
        { class: "panel shelf", "aria-labelledby": "runs-title" },
        h("h2", { id: "runs-title" }, "Runs"),
        h(
          "ul",
          null,
          runs.map((run) =>
            h(
              "li",
              { key: run.name },
              h(
                "button",
                { type: "button", "aria-pressed": run.name === shown.name, onClick: () => setName(run.name) },
                h("span", null, run.name),
                h("small", { class: "figures" }, run.last ? `step ${run.last.step}` : "not begun"),
              ),
            ),
          ),
        ),
      ),
    ),
    h(Run, { key: shown.name, name: shown.name, at: shown.last?.step }),
  );
}
