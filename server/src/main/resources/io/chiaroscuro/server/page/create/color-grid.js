/** A square of one colour. */
export const filled = (size, color) => Array.from({ length: size }, () => Array(size).fill(color));

/** The same with one cell in another colour. */
export const painted = (cells, row, column, color) =>
  cells.map((colors, r) => (r === row ? colors.with(column, color) : colors));

/** As many cells as wanted, each in the colour that was there. */
export const resized = (cells, size) => {
  const there = (index) => Math.floor(((index + 0.5) / size) * cells.length);
  return Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_, c) => cells[there(r)][there(c)]),
  );
};
