/** What the server refused, in its own sentence. */
export class Refusal extends Error {
  constructor(status, message, field) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

let askForKey = () => Promise.reject(new Error("Nobody to ask."));

/** Says who asks the user for the API key: a function that resolves once a session is open. */
export function onKeyNeeded(ask) {
  askForKey = ask;
}

export const get = (path) => request(path);

export const remove = (path) => request(path, { method: "DELETE" });

export const post = (path, value) =>
  request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
  });

/** Sends files, and other fields beside them. */
export function postForm(path, files, fields = {}, fileField = "images") {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, value);
  }
  for (const file of files) {
    form.append(fileField, file, file.name);
  }
  return request(path, { method: "POST", body: form });
}

/** Opens a session with the API key; the browser keeps it in a cookie that no script can read. */
export const openSession = (key) =>
  request("api/session", { method: "POST", headers: { "X-Api-Key": key } }, false);

async function request(path, options = {}, mayAskForKey = true) {
  const answer = await fetch(path, options).catch(() => {
    throw new Refusal(0, "The server does not answer; is it still running?");
  });
  if (answer.status === 401 && mayAskForKey) {
    await askForKey();
    return request(path, options, false);
  }
  const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
  const body = isJson ? await answer.json() : null;
  if (!answer.ok) {
    const error = body?.error ?? {};
    throw new Refusal(answer.status, error.message ?? `The server answered ${answer.status}.`, error.field);
  }
  return body;
}
