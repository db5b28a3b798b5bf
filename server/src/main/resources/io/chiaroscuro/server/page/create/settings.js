/** What the page begins with; what is not there is as the model has it. */
export const START = {
  prompt: "",
  negative_prompt: "",
  num_inference_steps: 30,
  count: 1,
  compare: true,
  light: { mode: "off", strength: 1 },
};

const FROM_STATISTICS = [
  "statistics",
  "directions",
  "channels",
  "strength",
  "only_high_frequency",
  "sample_seed",
];
const BY_HAND = ["mean_color", "field", "channels", "preset", "strength"];
const FIELDS = { off: [], statistics: FROM_STATISTICS, hand: BY_HAND };

/** The light without what another mode would need. */
export function lightOf({ light }) {
  const said = FIELDS[light.mode].filter((name) => light[name] !== undefined);
  return { mode: light.mode, ...Object.fromEntries(said.map((name) => [name, light[name]])) };
}

/** What the server is asked for. */
export function requestOf(settings) {
  const light = lightOf(settings);
  return { ...settings, light, compare: settings.compare && light.mode !== "off" };
}

/** The page's settings from a request that made a picture. */
export function settingsOf(request) {
  const light = { ...START.light, ...request.light };
  return { ...START, ...request, light, compare: light.mode === "off" || request.compare };
}
