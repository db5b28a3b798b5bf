import { h } from "../vendor/preact.js";
import { Slider } from "../parts/slider.js";

/** What is added to each latent channel. */
export function ChannelSliders({ count, channels = {}, setLight }) {
  const change = (channel, value) => {
    const { [channel]: _, ...others } = channels;
    const said = value === 0 ? others : { ...others, [channel]: value };
    setLight({ channels: Object.keys(said).length > 0 ? said : undefined });
  };
  return h(
    "details",
    { open: Object.keys(channels).length > 0 },
    h("summary", null, "Latent channels"),
    Array.from({ length: count }, (_, channel) =>
      h(Slider, {
        key: channel,
        label: `Channel ${channel}`,
        name: "channels",
        value: channels[channel] ?? 0,
        onChange: (value) => change(channel, value),
        min: -4,
        max: 4,
        step: 0.1,
        digits: 1,
      }),
    ),
  );
}
