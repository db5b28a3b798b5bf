import { h } from "../vendor/preact.js";

/** The handle of one tab. */
export function Tab({ tab, isShown }) {
  return h(
    "button",
    {
      type: "button",
      id: `tab-${tab.id}`,
      role: "tab",
      "aria-selected": isShown,
      "aria-controls": `panel-${tab.id}`,
      tabIndex: isShown ? 0 : -1,
      onClick: () => (location.hash = tab.id),
    },
    tab.name,
  );
}
