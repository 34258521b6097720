/** The printed lines of the blank, asked for once a page, when it is first shown. */

import { Problem, send } from "../http.js";

/**
 * Answers `linesOf(page)`: `{vertical, horizontal}` of `[at, from, to]`, or null until known.
 * `onLearnt(page)` hears that a page's lines are known.
 */
export function createRulings(pages, store, onLearnt) {
  const known = new Map();

  async function learn(number) {
    if (known.has(number) || store.state.readOnly) return;
    known.set(number, null);
    try {
      known.set(number, await send(pages[number - 1].rulings));
      onLearnt(number);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      known.delete(number); // Boxes still snap to each other; the next look at the page asks again.
    }
  }

  store.subscribe((state, before) => state.page !== before.page && learn(state.page));
  learn(store.state.page);
  return (page) => known.get(page) ?? null;
}
