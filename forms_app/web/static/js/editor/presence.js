/** Who else has this draft open: says so every few seconds, and shows what others do. */

import { language, t } from "../i18n.js";
import { Problem, csrfToken, send } from "../http.js";
import { randomId } from "../ids.js";
import { fieldsOfKeys } from "./model.js";

const ALONE_MS = 10_000;
const TOGETHER_MS = 4_000;
const JUST_NOW_MS = 30_000;
const BROWSER_PLACE = "fieldhand-browser";

/** An id of this browser, so that a person's own second window is called that. */
function browserId() {
  try {
    const known = window.localStorage.getItem(BROWSER_PLACE) ?? randomId();
    window.localStorage.setItem(BROWSER_PLACE, known);
    return known;
  } catch {
    return randomId();
  }
}

const time = (iso) => new Date(iso).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

function sentence({ who, since, changed, fields }, nameOf) {
  const isBusy = changed && Date.now() - Date.parse(changed) < JUST_NOW_MS;
  const where = fields.slice(0, 2).map(nameOf).join(", ");
  const start = t("{who}, since {time}", { who, time: time(since) });
  const doing = isBusy ? `, ${t("changing it right now")}`
    : changed ? `, ${t("last change {time}", { time: time(changed) })}` : "";
  return start + doing + (where ? ` (${t("at {where}", { where })})` : "");
}

/**
 * `follow` is called with a revision that somebody else has saved. `root` shows who is there,
 * `taken` that they have the same field selected.
 */
export function createPresence({ root, taken, store, urls, follow }) {
  const ids = { window: randomId(), browser: browserId() };
  let timer = 0;
  let others = [];
  let hasChanged = false;
  let hasLeft = false;

  const names = () => fieldsOfKeys(store.state.fields, store.state.selection).map((f) => f.name);
  const nameOf = (name) => {
    const field = store.state.fields.find((each) => each.name === name);
    return `“${field?.label || name}”`;
  };

  async function beat() {
    window.clearTimeout(timer);
    const body = { ...ids, fields: names(), has_changed: hasChanged };
    hasChanged = false;
    try {
      const answer = await send(urls.presence, { method: "POST", json: body });
      others = answer.others;
      render();
      await follow(answer.revision);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      hasChanged ||= body.has_changed; // Saving says that the server is away.
    }
    window.clearTimeout(timer);
    if (!hasLeft) timer = window.setTimeout(beat, others.length ? TOGETHER_MS : ALONE_MS);
  }

  function render() {
    root.hidden = others.length === 0;
    const text = t("Also open here: {others}.",
      { others: others.map((other) => sentence(other, nameOf)).join("; ") });
    if (others.length && root.textContent !== text) root.textContent = text;
    const elsewhere = others.flatMap((other) => other.fields);
    const isChanged = elsewhere.join("\n") !== store.state.taken.join("\n");
    if (isChanged) store.set({ taken: elsewhere });
    else renderTaken();
  }

  function renderTaken() {
    const mine = names();
    const rival = others.find((other) => other.fields.some((name) => mine.includes(name)));
    taken.hidden = !rival;
    if (rival) {
      taken.textContent = t("{who} has this field selected, too. Changes of both of you to one field cannot be joined.", { who: rival.who });
    }
  }

  store.subscribe((state, before) => {
    if (state.selection === before.selection && state.taken === before.taken) return;
    renderTaken();
    if (state.selection !== before.selection && others.length) {
      window.clearTimeout(timer);
      timer = window.setTimeout(beat, 300);
    }
  });
  window.addEventListener("focus", beat);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
  window.addEventListener("pagehide", () => {
    hasLeft = true;
    window.clearTimeout(timer);
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    fetch(urls.presence_end, {
      method: "POST", headers, body: JSON.stringify({ window: ids.window }), keepalive: true,
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    hasLeft = false;
    beat();
  });

  beat();
  return {
    /** This window has saved a change; others hear of it. */
    noteChange() {
      hasChanged = true;
      if (others.length) beat();
    },
  };
}
