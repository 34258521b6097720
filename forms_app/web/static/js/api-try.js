// The reference of the API: what changes nothing can be tried with the session of this browser.

import { csrfToken, NO_ANSWER } from "./http.js";

for (const form of document.querySelectorAll(".api-try")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(form);
  });
}

async function show(form) {
  const shown = form.querySelector(".api-tried");
  shown.hidden = false;
  shown.textContent = "…";
  shown.textContent = await answerTo(addressOf(form));
}

/** The operation's address with what was typed; what was left empty is left out. */
function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const { name, value, dataset } of form.querySelectorAll("input")) {
    if (dataset.place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value) query.set(name, value);
  }
  return query.size ? `${path}?${query}` : path;
}

/** The answer as text: JSON indented, of pictures and files what they are. */
async function answerTo(address) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  let response;
  try {
    response = await fetch(address, { headers });
  } catch {
    return NO_ANSWER;
  }
  const type = response.headers.get("Content-Type") || "";
  const head = `GET ${address}\n${response.status} ${type}\n\n`;
  if (!type.includes("json")) return `${head}${(await response.blob()).size} bytes`;
  return head + JSON.stringify(await response.json(), null, 2);
}
