/** The editor's one state, its listeners and its history. */

import { existing } from "./model.js";
import { remembered } from "./rule-links.js";

const HISTORY = 200;
const COALESCE_MS = 1200;

/** What of a state is the template, kept on the server and in the history. */
export const contentOf = ({ fields, rules, code }) => ({ fields, rules, code });

/**
 * State: `fields`, `rules` (over several fields, see rule-links.js), `gone` (what fields and options
 * that rules may speak of were called last), `code` (what a code on the pages holds, "" for nothing),
 * `selection` (shape keys), `page`, `tool`, `name`, `problems`,
 * `readOnly`, `snaps` (whether boxes snap), `taken` (names of fields that others have selected).
 * `set` changes the view; `edit` and its like change the template and can be undone; `adopt` takes
 * in somebody else's change, which is not ours to undo.
 */
export function createStore(initial) {
  let state = initial;
  let past = [];
  let future = [];
  let last = { tag: null, at: 0 };
  const listeners = new Set();

  function publish(next) {
    const before = state;
    const gone = remembered(next.gone, before.fields, next.fields);
    state = gone === next.gone ? next : { ...next, gone };
    for (const listener of listeners) listener(state, before);
  }

  const snapshot = () => ({ ...contentOf(state), page: state.page });

  function restore(kept) {
    last = { tag: null, at: 0 };
    publish({ ...state, ...kept, selection: existing(kept.fields, state.selection) });
  }

  /** `tag` joins quick changes of the same thing (nudges, typing) into one step of history. */
  function change(patch, { selection = state.selection, tag = null, page = state.page } = {}) {
    const isSame = Object.entries(patch).every(([key, value]) => state[key] === value);
    if (state.readOnly || isSame) return;
    const now = performance.now();
    const joins = tag !== null && tag === last.tag && now - last.at < COALESCE_MS;
    if (!joins) past = [...past, snapshot()].slice(-HISTORY);
    last = { tag, at: now };
    future = [];
    const next = { ...state, ...patch, page };
    publish({ ...next, selection: existing(next.fields, selection) });
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
    edit(fields, options) {
      change({ fields }, options);
    },
    editRules(rules) {
      change({ rules });
    },
    editCode(code) {
      change({ code }, { tag: "code" });
    },
    adopt(content, patch) {
      past = [];
      future = [];
      last = { tag: null, at: 0 };
      const selection = existing(content.fields, state.selection);
      publish({ ...state, ...patch, ...content, selection });
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
