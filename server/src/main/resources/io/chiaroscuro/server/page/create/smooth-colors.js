import { h } from "../vendor/preact.js";
import { useEffect, useRef } from "../vendor/hooks.js";

/** The cells as light falls: without edges. */
export function SmoothColors({ cells }) {
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
