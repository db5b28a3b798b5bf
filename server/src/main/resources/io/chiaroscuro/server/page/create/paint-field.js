import { h } from "../vendor/preact.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { ColorField } from "../parts/color-field.js";
import { SelectField } from "../parts/select-field.js";
import { filled, painted, resized } from "./color-grid.js";

const SIZES = [4, 5, 6, 7, 8].map((size) => ({ value: String(size), name: `${size} × ${size}` }));
const SWATCHES = ["#000000", "#404040", "#808080", "#c0c0c0", "#ffffff", "#e8a23a", "#2f5d8a"];
const GREY = "#808080";

/**
 * A few cells to paint the low frequencies on. By pointer: press and draw. By keyboard: the arrows
 * move, space paints, shift with an arrow paints on the way.
 */
export function PaintField({ field, onChange }) {
  const [brush, setBrush] = useState("#ffffff");
  const [size, setSize] = useState(field?.length ?? 4);
  const cells = field ?? filled(size, GREY);

  const resize = (text) => {
    setSize(Number(text));
    if (field) {
      onChange(resized(field, Number(text)));
    }
  };
  return h(
    "fieldset",
    { class: "paint" },
    h("legend", null, "Low frequencies"),
    h(Cells, { cells, brush, onChange }),
    h(
      "div",
      { class: "brushes" },
      SWATCHES.map((color) =>
        h("button", {
          key: color,
          type: "button",
          class: "swatch",
          "aria-label": `Brush ${color}`,
          "aria-pressed": color === brush,
          style: { background: color },
          onClick: () => setBrush(color),
        }),
      ),
      h(ColorField, { label: "Brush", value: brush, onChange: setBrush }),
    ),
    h(
      "div",
      { class: "paint-actions" },
      h(SelectField, { label: "Cells", value: String(cells.length), options: SIZES, onChange: resize }),
      h("button", { type: "button", onClick: () => onChange(filled(cells.length, brush)) }, "Fill"),
      h("button", { type: "button", disabled: !field, onClick: () => onChange(undefined) }, "Clear"),
    ),
  );
}

function Cells({ cells, brush, onChange }) {
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
  const press = (event) => {
    event.target.releasePointerCapture?.(event.pointerId);
    draw(event);
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
    { class: "cells", ref: grid, onPointerDown: press, onPointerMove: draw, onKeyDown: key },
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

/** The cells as light falls: without edges. */
function SmoothColors({ cells }) {
  const canvas = useRef(null);
  useEffect(() => {
    const context = canvas.current.getContext("2d");
    cells.forEach((colors, y) =>
      colors.forEach((color, x) => {
        context.fillStyle = color;
        context.fillRect(x, y, 1, 1);
      }),
    );
  }, [cells]);
  return h("canvas", { ref: canvas, width: cells[0].length, height: cells.length, "aria-hidden": true });
}
