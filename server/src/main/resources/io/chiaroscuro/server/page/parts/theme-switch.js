import { h } from "../vendor/preact.js";
import { useLayoutEffect, useState } from "../vendor/hooks.js";

const KEPT_AS = "chiaroscuro-theme";
const systemIsDark = () => matchMedia("(prefers-color-scheme: dark)").matches;

/** Light or dark, as the system has it until the user says otherwise. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(localStorage.getItem(KEPT_AS));
  useLayoutEffect(() => {
    if (theme) {
      document.documentElement.dataset.theme = theme;
    }
  }, [theme]);
  const isDark = theme ? theme === "dark" : systemIsDark();
  const change = () => {
    const other = isDark ? "light" : "dark";
    localStorage.setItem(KEPT_AS, other);
    setTheme(other);
  };
  return h(
    "button",
    { type: "button", class: "quiet theme-switch", role: "switch", "aria-checked": isDark, onClick: change },
    "Dark",
  );
}
