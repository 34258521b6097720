/** What can be taken back in this window, over reloads too; the newest last. */

const STORE = "fieldhand-undo";
const MOST = 100;

/** Steps are `{key, label, url}`; `url` takes the step back. `onChange(count)` hears how many. */
export function createUndo({ onChange }) {
  let steps = JSON.parse(window.sessionStorage.getItem(STORE) ?? "[]");

  function keep(next) {
    steps = next.slice(-MOST);
    window.sessionStorage.setItem(STORE, JSON.stringify(steps));
    onChange(steps.length);
  }

  onChange(steps.length);
  return {
    push: (step) => keep([...steps, step]),
    get last() {
      return steps.at(-1) ?? null;
    },
    /** This step is taken back, or was never taken. */
    drop({ key, url }) {
      const at = steps.findLastIndex((step) => step.url === url &&
        step.key.submission_id === key.submission_id && step.key.field_name === key.field_name);
      if (at >= 0) keep(steps.toSpliced(at, 1));
    },
  };
}
