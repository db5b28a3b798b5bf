import { h } from "../vendor/preact.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { extent, ticks } from "./scale.js";

const HEIGHT = 260;
const MARGIN = { left: 46, right: 20, top: 10, bottom: 34 };

/**
 * Lines through points, each `{name, kind, points: [[x, y], ...]}`, the kind "main", "other" or "faint";
 * as wide as there is room.
 */
export function LineChart({ title, xName, series }) {
  const figure = useRef(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const watcher = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width));
    watcher.observe(figure.current);
    return () => watcher.disconnect();
  }, []);

  const points = series.flatMap((line) => line.points);
  const [left, right] = extent(points.map(([x]) => x));
  const [low, high] = extent([0, ...points.map(([, y]) => y)]);
  const x = (value) => MARGIN.left + ((value - left) / (right - left)) * (width - MARGIN.left - MARGIN.right);
  const y = (value) =>
    HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const path = (line) =>
    `M${line.points.map(([px, py]) => `${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join("L")}`;

  return h(
    "figure",
    { class: "chart", ref: figure },
    h(
      "svg",
      { width, height: HEIGHT, role: "img", "aria-label": title },
      ticks(low, high).map((value) => [
        h("line", { class: "rule", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
        h("text", { x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end" }, value),
      ]),
      ticks(left, right).map((value) =>
        h("text", { x: x(value), y: HEIGHT - MARGIN.bottom + 18, "text-anchor": "middle" }, value),
      ),
      h("text", { x: width - MARGIN.right, y: HEIGHT - 2, "text-anchor": "end" }, xName),
      series.map((line) => h("path", { key: line.name, class: `line ${line.kind}`, d: path(line) })),
    ),
    h(
      "figcaption",
      null,
      h("span", null, title),
      series.map((line) => h("span", { key: line.name, class: `key ${line.kind}` }, line.name)),
    ),
  );
}
