import { h } from "../vendor/preact.js";
import { useState } from "../vendor/hooks.js";
import { filesOf } from "./dropped-files.js";

/** A place for files: dropped, a folder of them too, or chosen with the keyboard. */
export function DropZone({ label, multiple = false, onFiles }) {
  const [isOver, setIsOver] = useState(false);
  const drop = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    setIsOver(false);
    onFiles(await filesOf(event.dataTransfer));
  };
  return h(
    "label",
    {
      class: isOver ? "drop-zone over" : "drop-zone",
      onDragOver: (event) => {
        event.preventDefault();
        setIsOver(true);
      },
      onDragLeave: () => setIsOver(false),
      onDrop: drop,
    },
    h("input", {
      type: "file",
      accept: "image/*",
      multiple,
      onChange: (event) => onFiles([...event.target.files]),
    }),
    h("span", null, label),
  );
}
