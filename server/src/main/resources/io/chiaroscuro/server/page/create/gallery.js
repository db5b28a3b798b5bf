import { h } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { get, remove } from "../api.js";
import { Problem } from "../parts/problem.js";
import { bySeed } from "./by-seed.js";
import { GalleryItem } from "./gallery-item.js";

/** A multiple of what a comparison makes. */
const PAGE = 48;

/** All that was made, newest first. */
export function Gallery({ made, show, shown }) {
  const [pictures, setPictures] = useState([]);
  const [hasMore, setHasMore] = useState(false);
  const [problem, setProblem] = useState(null);

  const load = async (known) => {
    const before = known.length > 0 ? `&before=${known.at(-1).id}` : "";
    try {
      const page = (await get(`api/pictures?limit=${PAGE}${before}`)).pictures;
      setPictures([...known, ...page]);
      setHasMore(page.length === PAGE);
    } catch (refusal) {
      setProblem(refusal);
    }
  };
  useEffect(() => void load([]), [made]);

  const forget = async (result) => {
    const gone = result.pictures.map(({ id }) => id);
    await Promise.all(gone.map((id) => remove(`api/pictures/${id}`))).catch(setProblem);
    if (shown.some(({ id }) => gone.includes(id))) {
      show([]);
    }
    load([]);
  };

  const results = bySeed(pictures);
  return h(
    "section",
    { class: "gallery", "aria-label": "Gallery" },
    h("h2", null, "Gallery"),
    h(Problem, { problem }),
    results.length === 0 && h("p", { class: "quiet-text" }, "What you create is kept here."),
    h(
      "ul",
      null,
      results.map((result) => h(GalleryItem, { key: result.main.id, result, show, forget })),
    ),
    hasMore && h("button", { type: "button", onClick: () => load(pictures) }, "Older ones"),
  );
}
