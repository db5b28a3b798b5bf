import { h } from "../vendor/preact.js";

export function Statistics() {
  return h("p", null, "Statistics");
}
