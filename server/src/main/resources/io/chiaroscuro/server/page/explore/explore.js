import { h } from "../vendor/preact.js";

export function Explore() {
  return h("p", null, "Explore");
}
