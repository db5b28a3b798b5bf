/** The least and the most; of one value, or none, something round it. */
export function extent(values) {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return least < most ? [least, most] : [0, Number.isFinite(most) ? Math.max(1, most) : 1];
}

/** About five round values from least to most. */
export function ticks(least, most) {
  const rough = (most - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const first = Math.ceil(least / step);
  const count = Math.floor(most / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toFixed(digits)));
}
