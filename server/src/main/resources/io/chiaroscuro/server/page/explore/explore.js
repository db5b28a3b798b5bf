import { h } from "../vendor/preact.js";
import { Schedule } from "./schedule.js";
import { Sweep } from "./sweep.js";
import { Wavelengths } from "./wavelengths.js";

/** Why there is a signal leak, and what each part of it does. */
export function Explore() {
  return h("div", { class: "explore" }, h(Schedule), h(Wavelengths), h(Sweep));
}
