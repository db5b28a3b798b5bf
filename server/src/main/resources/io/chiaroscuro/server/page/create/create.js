import { h } from "../vendor/preact.js";
import { useCallback, useEffect, useRef, useState } from "../vendor/hooks.js";
import { postForm } from "../api.js";
import { useFetched } from "../fetched.js";
import { useJob } from "../job.js";
import { JobProgress } from "../parts/job-progress.js";
import { Problem } from "../parts/problem.js";
import { Gallery } from "./gallery.js";
import { LightPanel } from "./light-panel.js";
import { Making } from "./making.js";
import { requestOf, settingsOf, START } from "./settings.js";
import { Stage } from "./stage.js";
import { Words } from "./words.js";

/** Pictures in a light, from the first word to the download. */
export function Create({ wantedLight, shelf }) {
  const [settings, setSettings] = useState(START);
  const [pictures, setPictures] = useState([]);
  const [notice, setNotice] = useState(null);
  const [dropProblem, setDropProblem] = useState(null);
  const [made, setMade] = useState(0);
  const models = useFetched("api/models").value?.models ?? [];
  const form = useRef(null);
  const stage = useRef(null);

  const set = useCallback((change) => setSettings((known) => ({ ...known, ...change })), []);
  const setLight = useCallback(
    (change) => setSettings((known) => ({ ...known, light: { ...known.light, ...change } })),
    [],
  );
  useEffect(() => wantedLight && setLight(wantedLight), [wantedLight]);

  const done = useCallback((result) => {
    setPictures(result.pictures);
    setMade((count) => count + 1);
  }, []);
  const { job, submit, cancel, isBusy } = useJob(done);
  const problem = dropProblem ?? job?.problem;

  useEffect(() => {
    const field = job?.problem?.field?.split(".").pop();
    form.current.elements[field]?.focus?.();
  }, [job?.problem]);

  const create = (event) => {
    event.preventDefault();
    setNotice(null);
    setDropProblem(null);
    submit("api/jobs", requestOf(settings));
    stage.current.scrollIntoView();
  };

  const restore = (request, whence) => {
    setSettings(settingsOf(request));
    setDropProblem(null);
    setNotice(`Settings restored from ${whence}.`);
  };
  const restoreFrom = (file) =>
    postForm("api/pictures/settings", [file], {}, "image")
      .then((request) => restore(request, file.name))
      .catch(setDropProblem);
  const drop = (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) {
      restoreFrom(file);
    }
  };

  const model = models.find((one) => (settings.model ? one.name === settings.model : one.default));
  return h(
    "form",
    {
      class: "create",
      ref: form,
      onSubmit: create,
      onDragOver: (event) => event.preventDefault(),
      onDrop: drop,
    },
    h(Words, { settings, set }),
    h(LightPanel, { settings, setLight, set, model, shelf }),
    h(Making, { settings, set, models, model, restoreFrom }),
    h(
      "section",
      { class: "run", "aria-label": "Create" },
      h("button", { class: "primary", disabled: isBusy }, "Create"),
      job && h(JobProgress, { job, onCancel: cancel }),
      h(Problem, { problem }),
      notice && h("p", { role: "status", class: "notice" }, notice),
    ),
    h(
      "section",
      { class: "stage", ref: stage, "aria-label": "Result" },
      h(Stage, {
        pictures,
        preview: isBusy ? job.preview : null,
        isBusy,
        keepSeed: (seed) => set({ seed }),
        restore,
      }),
      h(Gallery, { made, show: setPictures, shown: pictures }),
    ),
  );
}
