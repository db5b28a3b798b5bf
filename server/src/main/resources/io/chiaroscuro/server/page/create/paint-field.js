import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";
import { ColorField } from "../parts/color-field.js";
import { SelectField } from "../parts/select-field.js";
import { Cells } from "./cells.js";
import { filled, resized } from "./color-grid.js";

const SIZES = [4, 5, 6, 7, 8].map((size) => ({ value: String(size), name: `${size} × ${size}` }));
const SWATCHES = ["#000000", "#404040", "#808080", "#c0c0c0", "#ffffff", "#e8a23a", "#2f5d8a"];
const GREY = "#808080";

/** A few cells to paint the low frequencies on, and what to paint with. */
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
