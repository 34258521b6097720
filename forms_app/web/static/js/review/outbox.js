/** Decisions on their way: kept in this tab until the server has them, in order. */

import { Problem, send } from "../http.js";

const STORE = "fieldhand-decisions";
const RETRY_MS = 3000;
const PATIENCE_MS = 4000;

const isLost = (error) => error instanceof Problem && (error.status === 0 || error.status >= 500);

/** `onChange(count)` hears how many wait; `onRefused(decision, message)` of late refusals. */
export function createOutbox({ onChange, onRefused }) {
  let waiting = JSON.parse(window.sessionStorage.getItem(STORE) ?? "[]");
  let timer = 0;

  function keep(next) {
    waiting = next;
    window.sessionStorage.setItem(STORE, JSON.stringify(waiting));
    onChange(waiting.length);
    window.clearTimeout(timer);
    if (waiting.length) timer = window.setTimeout(retry, RETRY_MS);
  }

  function post({ url, body }) {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    return send(url, { method: "POST", json: body, signal: limit }).catch((error) => {
      if (error.name !== "TimeoutError" && error.name !== "AbortError") throw error;
      throw new Problem(0, { message: "Fieldhand is slow to answer." });
    });
  }

  async function retry() {
    while (waiting.length) {
      const [first, ...rest] = waiting;
      try {
        const { refused } = await post(first);
        if (refused) onRefused(first, refused);
      } catch (error) {
        if (isLost(error)) return keep(waiting);
        onRefused(first, error.message);
      }
      keep(rest);
    }
    return undefined;
  }

  window.addEventListener("beforeunload", (event) => {
    if (waiting.length) event.preventDefault();
  });
  window.addEventListener("online", retry);
  if (waiting.length) keep(waiting);

  return {
    get count() {
      return waiting.length;
    },
    retry,
    /**
     * Send a decision. Answers the server's result, or null when it is kept for later.
     * @throws {Problem} when the server refuses it
     */
    async decide(decision) {
      const isFirst = waiting.length === 0;
      try {
        if (isFirst) return await post(decision);
      } catch (error) {
        if (!isLost(error)) throw error;
      }
      // Decided once more while the first try waits: the newer one replaces it.
      keep([...waiting.filter(({ url }) => url !== decision.url), decision]);
      return null;
    },
    /** Take back a decision that was never sent; false when it was. */
    withdraw(key) {
      const index = waiting.findLastIndex(({ key: each }) =>
        each.submission_id === key.submission_id && each.field_name === key.field_name);
      if (index < 0) return false;
      keep(waiting.toSpliced(index, 1));
      return true;
    },
  };
}
