import { h } from "../vendor/preact.js";

/** What went wrong, in one sentence; nothing while nothing did. */
export function Problem({ problem }) {
  return problem ? h("p", { class: "problem", role: "alert" }, problem.message) : null;
}
