import { h } from "../vendor/preact.js";
import { useRef, useState } from "../vendor/hooks.js";
import { painted } from "./color-grid.js";
import { SmoothColors } from "./smooth-colors.js";

/**
 * A grid to paint on. By pointer: press and draw. By keyboard: the arrows move, space paints, shift
 * with an arrow paints on the way.
 */
export function Cells({ cells, brush, onChange }) {
  const grid = useRef(null);
  const [at, setAt] = useState([0, 0]);
  const known = useRef(cells);
  known.current = cells;
  const last = cells.length - 1;
  const within = (index) => Math.min(last, Math.max(0, index));
  const row = within(at[0]);
  const column = within(at[1]);

  const paint = (r, c) => {
    if (known.current[r][c] !== brush) {
      // Several cells may be crossed before the page is drawn again.
      known.current = painted(known.current, r, c, brush);
      onChange(known.current);
    }
  };
  const draw = (event) => {
    if (event.buttons === 0) {
      return;
    }
    const box = grid.current.getBoundingClientRect();
    const r = within(Math.floor(((event.clientY - box.top) / box.height) * cells.length));
    const c = within(Math.floor(((event.clientX - box.left) / box.width) * cells.length));
    setAt([r, c]);
    paint(r, c);
  };
  const key = (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (by) {
      event.preventDefault();
      const next = [within(row + by[0]), within(column + by[1])];
      setAt(next);
      grid.current.querySelector(`[data-cell="${next}"]`).focus();
      if (event.shiftKey) {
        paint(...next);
      }
    } else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      paint(row, column);
    }
  };

  return h(
    "div",
    { class: "cells", ref: grid, onPointerDown: draw, onPointerMove: draw, onKeyDown: key },
    h(SmoothColors, { cells }),
    h(
      "div",
      { role: "grid", "aria-label": "Low frequencies; arrows move, space paints" },
      cells.map((colors, r) =>
        h(
          "div",
          { key: r, role: "row" },
          colors.map((color, c) =>
            h("div", {
              key: c,
              role: "gridcell",
              "data-cell": `${r},${c}`,
              "aria-label": `Row ${r + 1}, column ${c + 1}: ${color}`,
              tabIndex: r === row && c === column ? 0 : -1,
            }),
          ),
        ),
      ),
    ),
  );
}
