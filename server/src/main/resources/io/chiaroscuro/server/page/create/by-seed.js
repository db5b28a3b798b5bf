/**
 * Pictures of the gallery put together that are of one job, seed and light: `{seed, pictures, main,
 * with, without, leak, initial}`, in the order in which they came; `main` is what was wanted.
 */
export function bySeed(pictures) {
  const results = new Map();
  for (const picture of pictures) {
    const key = `${picture.job} ${picture.seed} ${JSON.stringify(picture.request.light)}`;
    const result = results.get(key) ?? { seed: picture.seed, pictures: [] };
    result[picture.shows] = picture;
    result.pictures.push(picture);
    results.set(key, result);
  }
  return [...results.values()]
    .filter((result) => result.with ?? result.without)
    .map((result) => ({ ...result, main: result.with ?? result.without }));
}
