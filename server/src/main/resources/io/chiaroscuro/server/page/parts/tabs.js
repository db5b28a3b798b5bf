import { h } from "../vendor/preact.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { Tab } from "./tab.js";

const shownNow = (tabs) => tabs.find((tab) => tab.id === location.hash.slice(1)) ?? tabs[0];

/** Tabs whose address says which is shown; what was once shown keeps its state. */
export function Tabs({ tabs, before, after }) {
  const [shown, setShown] = useState(() => shownNow(tabs).id);
  const visited = useRef(new Set());
  visited.current.add(shown);

  useEffect(() => {
    const follow = () => setShown(shownNow(tabs).id);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  const move = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      event.preventDefault();
      const index = tabs.findIndex((tab) => tab.id === shown);
      const next = tabs[(index + by + tabs.length) % tabs.length].id;
      location.hash = next;
      document.getElementById(`tab-${next}`).focus();
    }
  };

  return [
    h(
      "header",
      null,
      before,
      h(
        "div",
        { role: "tablist", "aria-label": "Studio", onKeyDown: move },
        tabs.map((tab) => h(Tab, { key: tab.id, tab, isShown: tab.id === shown })),
      ),
      after,
    ),
    h(
      "main",
      null,
      tabs
        .filter((tab) => visited.current.has(tab.id))
        .map((tab) =>
          h(
            "div",
            {
              key: tab.id,
              id: `panel-${tab.id}`,
              role: "tabpanel",
              "aria-labelledby": `tab-${tab.id}`,
              hidden: tab.id !== shown,
            },
            tab.content,
          ),
        ),
    ),
  ];
}
