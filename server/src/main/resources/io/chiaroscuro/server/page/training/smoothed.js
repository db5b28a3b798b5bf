/** So much of each point is what came before it. */
const MEMORY = 0.93;

/** A running mean, which forgets slowly; not drawn to the zero from which it begins. */
export function smoothed(points) {
  let sum = 0;
  let weight = 0;
  return points.map(([x, y]) => {
    sum = MEMORY * sum + (1 - MEMORY) * y;
    weight = MEMORY * weight + (1 - MEMORY);
    return [x, sum / weight];
  });
}
