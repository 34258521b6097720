/** The editor's one state, its listeners and its history. */

import { existing } from "./model.js";

const HISTORY = 200;
const COALESCE_MS = 1200;

/**
 * State: `fields`, `selection` (shape keys), `page`, `tool`, `name`, `problems`, `readOnly`, `snaps`
 * (whether boxes snap), `taken` (names of fields that others have selected).
 * `set` changes the view; `edit` changes the fields and can be undone; `adopt` takes in somebody
 * else's change, which is not ours to undo.
 */
export function createStore(initial) {
  let state = initial;
  let past = [];
  let future = [];
  let last = { tag: null, at: 0 };
  const listeners = new Set();

  function publish(next) {
    const before = state;
    state = next;
    for (const listener of listeners) listener(state, before);
  }

  const snapshot = () => ({ fields: state.fields, page: state.page });

  function restore(kept) {
    last = { tag: null, at: 0 };
    publish({ ...state, ...kept, selection: existing(kept.fields, state.selection) });
  }

  return {
    get state() {
      return state;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
    subscribe(listener) {
      listeners.add(listener);
    },
    set(patch) {
      publish({ ...state, ...patch });
    },
    /** `tag` joins quick changes of the same thing (nudges, typing) into one step of history. */
    edit(fields, { selection = state.selection, tag = null, page = state.page } = {}) {
      if (state.readOnly || fields === state.fields) return;
      const now = performance.now();
      const joins = tag !== null && tag === last.tag && now - last.at < COALESCE_MS;
      if (!joins) past = [...past, snapshot()].slice(-HISTORY);
      last = { tag, at: now };
      future = [];
      publish({ ...state, fields, page, selection: existing(fields, selection) });
    },
    adopt(fields, patch) {
      past = [];
      future = [];
      last = { tag: null, at: 0 };
      publish({ ...state, ...patch, fields, selection: existing(fields, state.selection) });
    },
    undo() {
      if (!past.length) return;
      future = [...future, snapshot()];
      const kept = past.at(-1);
      past = past.slice(0, -1);
      restore(kept);
    },
    redo() {
      if (!future.length) return;
      past = [...past, snapshot()];
      const kept = future.at(-1);
      future = future.slice(0, -1);
      restore(kept);
    },
  };
}
