/** The pictures of what was dropped, those in folders too. */
export async function filesOf(dataTransfer) {
  const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const files = entries.length
    ? (await Promise.all(entries.map(filesOfEntry))).flat()
    : [...dataTransfer.files];
  return files.filter((file) => file.type.startsWith("image/"));
}

async function filesOfEntry(entry) {
  if (entry.isFile) {
    return [await new Promise((give, fail) => entry.file(give, fail))];
  }
  const reader = entry.createReader();
  const inside = [];
  // A reader gives a hundred at a time, and none at the end.
  for (let part = await read(reader); part.length > 0; part = await read(reader)) {
    inside.push(...part);
  }
  return (await Promise.all(inside.map(filesOfEntry))).flat();
}

const read = (reader) => new Promise((give, fail) => reader.readEntries(give, fail));
