import { h, render } from "./vendor/preact.js";
import { useState } from "./vendor/hooks.js";
import { Create } from "./create/create.js";
import { Explore } from "./explore/explore.js";
import { useFetched } from "./fetched.js";
import { KeyDialog } from "./parts/key-dialog.js";
import { Tabs } from "./parts/tabs.js";
import { ThemeSwitch } from "./parts/theme-switch.js";
import { Statistics } from "./statistics/statistics.js";
import { Training } from "./training/training.js";

function Studio() {
  const [wantedLight, setWantedLight] = useState(null);
  const shelf = useFetched("api/statistics");
  const createIn = (light) => {
    setWantedLight(light);
    location.hash = "create";
  };
  const tabs = [
    { id: "create", name: "Create", content: h(Create, { wantedLight, shelf }) },
    { id: "statistics", name: "Statistics", content: h(Statistics, { shelf, createIn }) },
    { id: "explore", name: "Explore", content: h(Explore) },
    { id: "training", name: "Training", content: h(Training) },
  ];
  return [
    h(Tabs, {
      tabs,
      before: h(
        "h1",
        null,
        h("a", { class: "brand", href: "#create" }, h("span", { class: "brand-mark" }), "Chiaroscuro"),
      ),
      after: h(ThemeSwitch),
    }),
    h(KeyDialog),
  ];
}

render(h(Studio), document.body);
