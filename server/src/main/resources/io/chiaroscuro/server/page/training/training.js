import { h } from "../vendor/preact.js";

export function Training() {
  return h("p", null, "Training");
}
