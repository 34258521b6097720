/** What a person has changed on a blank so far: erased and restored rectangles, places kept. */

const KEY = `fieldhand-blank ${window.location.pathname}`;

/** The steps of an earlier visit of this page in this tab; none where they do not fit. */
function remembered(pageCount) {
  try {
    const steps = JSON.parse(window.sessionStorage.getItem(KEY)) ?? [];
    return steps.every((step) => step.page < pageCount) ? steps : [];
  } catch {
    return []; // Storage may be switched off, or hold something else.
  }
}

/**
 * @param {number} pageCount
 * @param {() => void} onChange
 */
export function createChanges(pageCount, onChange) {
  let steps = remembered(pageCount);

  function set(next) {
    steps = next;
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify(steps));
    } catch {
      // Without storage the changes last until the page is left.
    }
    onChange();
  }

  return {
    /** A step: `changes` of one page, made at its doubtful place `place` (null: anywhere else). */
    add: (page, place, changes) => set([...steps, { page, place, changes }]),
    undo: () => set(steps.slice(0, -1)),
    get count() {
      return steps.length;
    },
    get last() {
      return steps.at(-1);
    },
    of: (page) => steps.filter((step) => step.page === page).flatMap((step) => step.changes),
    /** "open", "kept" or "changed". */
    stateOf(page, place) {
      const done = steps.findLast((step) => step.page === page && step.place === place);
      if (!done) return "open";
      return done.changes.length ? "changed" : "kept";
    },
    /** For the server: the changes of each page, in order. */
    asJson: () =>
      JSON.stringify(
        Array.from({ length: pageCount }, (_, page) =>
          steps.filter((step) => step.page === page).flatMap((step) => step.changes),
        ),
      ),
    forget: () => window.sessionStorage.removeItem(KEY),
  };
}
