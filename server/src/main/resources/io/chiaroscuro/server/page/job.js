import { useCallback, useEffect, useRef, useState } from "./vendor/hooks.js";
import { post, remove } from "./api.js";

/**
 * A job on the server, watched: `{state, position, step, total, preview, problem}`, where the state
 * is none of the server's but "sending" until it answers.
 */
export function useJob(onDone) {
  const [job, setJob] = useState(null);
  const events = useRef(null);
  useEffect(() => () => events.current?.close(), []);

  const start = useCallback(
    async (submit) => {
      setJob({ state: "sending" });
      try {
        const { id, position } = await submit();
        setJob({ id, state: "queued", position });
        events.current = watch(id, (change) => setJob((known) => ({ ...known, ...change })), onDone);
      } catch (problem) {
        setJob({ state: "failed", problem });
      }
    },
    [onDone],
  );
  const submit = useCallback((path, request) => start(() => post(path, request)), [start]);
  const cancel = () =>
    remove(`api/jobs/${job.id}`).catch((problem) => setJob((known) => ({ ...known, problem })));
  return { job, start, submit, cancel, isBusy: isBusy(job) };
}

/** Whether something is still to come of it. */
export const isBusy = (job) => ["sending", "queued", "running"].includes(job?.state);

function watch(id, change, done) {
  const events = new EventSource(`api/jobs/${id}/events`);
  const hear = (name, act) => events.addEventListener(name, (event) => act(JSON.parse(event.data)));
  const end = (state) => {
    events.close();
    change(state);
  };
  hear("queued", ({ position }) => change({ state: "queued", position }));
  hear("step", (step) => change({ state: "running", ...step }));
  hear("done", (result) => {
    end({ state: "done" });
    done(result);
  });
  hear("failed", (problem) => end({ state: "failed", problem }));
  hear("cancelled", () => end({ state: "cancelled" }));
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) {
      change({ state: "failed", problem: { message: "The server tells no more of this job." } });
    }
  };
  return events;
}
