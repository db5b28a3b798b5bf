import { postForm } from "../api.js";

/** Fewer at a time, so that each request stays below what the server takes. */
const MOST_FILES = 50;
const MOST_BYTES = 16 << 20;

/** Sends pictures, as many at a time as the server takes; returns the id under which they lie. */
export async function uploadAll(files, told) {
  let upload = null;
  let sent = 0;
  for (const some of portions(files)) {
    told(sent);
    const query = upload ? `?upload=${upload}` : "";
    upload = (await postForm(`api/uploads${query}`, some)).upload;
    sent += some.length;
  }
  return upload;
}

function portions(files) {
  const all = [];
  let bytes = Infinity;
  for (const file of files) {
    bytes += file.size;
    if (bytes > MOST_BYTES || all.at(-1).length === MOST_FILES) {
      all.push([]);
      bytes = file.size;
    }
    all.at(-1).push(file);
  }
  return all;
}
