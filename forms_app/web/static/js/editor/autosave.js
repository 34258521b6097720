/** Keeps the draft on the server: soon after each change, again after a failure, never silently. */

import { t } from "../i18n.js";
import { Problem, csrfToken, send } from "../http.js";
import { toFile } from "./fields.js";
import { joinedOrNull } from "./joining.js";
import { withNames } from "./rule-links.js";
import { contentOf } from "./store.js";

const DELAY_MS = 700;
const RETRY_MS = [2000, 5000, 10000, 30000];
const UNLOAD_LIMIT_BYTES = 60_000; // browsers drop larger requests of a page that goes away

/**
 * `onStatus` hears `{state, message}`: state is saved | pending | saving | offline | refused |
 * conflict. `onSaved` hears the server's answer (`revision`, `problems`); `onJoined` what somebody
 * else's change brought (see joining.js); none is taken in while `isBusy()`.
 */
export function createAutosave(store, { urls, revision, isBusy, onStatus, onSaved, onJoined }) {
  let known = revision;
  let timer = 0;
  let failures = 0;
  let running = null;
  let isStopped = false;
  let savedAt = Date.now();
  let shown = "saved";
  const present = () => ({ ...contentOf(store.state), name: store.state.name });
  let saved = present();

  const isDirty = () => Object.entries(present()).some(([key, value]) => saved[key] !== value);
  function body() {
    const { fields, rules, code, name } = present();
    return { fields: toFile(fields), rules: withNames(rules, fields, store.state.gone), code, name, revision: known };
  }

  function schedule(delay = DELAY_MS) {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => save(), delay);
  }

  function report(state, message = "") {
    shown = state;
    onStatus({ state, message, savedAt });
  }

  async function save() {
    window.clearTimeout(timer);
    while (running) await running;
    if (isStopped || !isDirty()) return !isDirty();
    const worked = await alone(attempt);
    if (worked && isDirty()) schedule();
    return worked && !isDirty();
  }

  /** One request about the draft at a time. */
  async function alone(work) {
    running = work();
    try {
      return await running;
    } finally {
      running = null;
    }
  }

  async function attempt() {
    const sent = present();
    report("saving");
    try {
      const answer = await send(urls.draft, { method: "PUT", json: body() });
      known = answer.revision;
      settle(sent);
      onSaved(answer);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 409) return joinTheirs();
      fail(error);
      return false;
    }
  }

  function settle(kept) {
    saved = kept;
    savedAt = Date.now();
    failures = 0;
    report(isDirty() ? "pending" : "saved");
  }

  /** Join what somebody else saved with what is here; answers whether that went well. */
  async function joinTheirs() {
    if (isBusy()) {
      schedule();
      return false;
    }
    const found = await joinedOrNull(urls.state, store, saved);
    if (!found) {
      fail(new Problem(0, { message: t("Fieldhand does not answer; it is tried again.") }));
      return false;
    }
    if (found.conflict) {
      isStopped = true;
      report("conflict", found.conflict);
      return false;
    }
    known = found.revision;
    saved = found.base;
    store.adopt(found.content, { name: found.name, problems: found.problems });
    settle(saved);
    onJoined(found);
    return true;
  }

  function fail(problem) {
    if (problem.status === 0 || problem.status >= 500) {
      const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
      failures += 1;
      report("offline", problem.message);
      schedule(wait);
    } else {
      report("refused", problem.message);
    }
  }

  /** What was waiting to be saved was undone. */
  function calm() {
    if (shown === "saved" || running) return;
    window.clearTimeout(timer);
    failures = 0;
    report("saved");
  }

  store.subscribe(() => {
    if (isStopped || store.state.readOnly) return;
    if (!isDirty()) {
      calm();
      return;
    }
    if (!failures) report("pending");
    schedule(failures ? RETRY_MS[0] : DELAY_MS);
  });

  window.addEventListener("pagehide", () => {
    if (!isDirty() || isStopped) return;
    const text = JSON.stringify(body());
    if (text.length > UNLOAD_LIMIT_BYTES) return;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    fetch(urls.draft, { method: "PUT", headers, body: text, keepalive: true });
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty() && (failures || isStopped)) event.preventDefault();
  });

  return {
    save,
    /** Somebody else has saved `latest`: take it in at once, before there is a conflict. */
    async follow(latest) {
      if (latest <= known || isStopped || running || isBusy()) return;
      await alone(joinTheirs);
      if (isDirty() && !isStopped) schedule();
    },
    /** After a conflict: put this window's draft over the other one's. */
    async overwrite(latestRevision) {
      known = latestRevision;
      isStopped = false;
      saved = { ...saved, name: null }; // Sent even where it is what was saved before.
      return save();
    },
  };
}
