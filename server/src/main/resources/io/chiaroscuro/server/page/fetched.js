import { useCallback, useEffect, useState } from "./vendor/hooks.js";
import { get } from "./api.js";

/** What lies at a path: `{value, problem, refresh}`; nothing is asked for while the path is null. */
export function useFetched(path) {
  const [answer, setAnswer] = useState({});
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let isWanted = path !== null;
    if (isWanted) {
      get(path)
        .then((value) => isWanted && setAnswer({ path, value }))
        .catch((problem) => isWanted && setAnswer({ path, problem }));
    }
    return () => (isWanted = false);
  }, [path, asked]);
  const refresh = useCallback(() => setAsked((count) => count + 1), []);
  return answer.path === path ? { ...answer, refresh } : { refresh };
}
