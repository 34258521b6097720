/** Answers on their way: in order, one at a time, each again until it is taken. */

import { Problem } from "../http.js";

/** `onChange(count)` follows how many are on their way, `onTrouble(problem, again)` a failure. */
export function createOutbox({ onChange, onTrouble }) {
  let waiting = [];
  let isSending = false;

  async function work() {
    if (isSending || !waiting.length) return;
    isSending = true;
    try {
      await waiting[0]();
      waiting = waiting.slice(1);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      onTrouble(error, work);
      return;
    } finally {
      isSending = false;
      onChange(waiting.length);
    }
    work();
  }

  window.addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());

  return {
    /** @param {() => Promise<void>} deliver sends one answer; fails with a `Problem` */
    put(deliver) {
      waiting = [...waiting, deliver];
      onChange(waiting.length);
      work();
    },
    get count() {
      return waiting.length;
    },
  };
}
