/** The sheets that were answered in this tab, so that the last can be taken back. */

const MOST = 20;

/** `name` keeps the sheets of one batch apart from those of another. */
export function createHistory(name) {
  const key = `fieldhand-sheets-${name}`;
  let answered = [];
  try {
    answered = JSON.parse(window.sessionStorage.getItem(key)) ?? [];
  } catch {
    // Storage may be switched off: undo then reaches back to when this page was opened.
  }

  function keep() {
    try {
      window.sessionStorage.setItem(key, JSON.stringify(answered));
    } catch {
      // As above.
    }
  }

  return {
    /** @param {{undoUrl: string, sheetUrl: string, glyphs: object[]}} sheet */
    push(sheet) {
      answered = [...answered, sheet].slice(-MOST);
      keep();
    },
    drop() {
      answered = answered.slice(0, -1);
      keep();
    },
    get last() {
      return answered.at(-1);
    },
  };
}
