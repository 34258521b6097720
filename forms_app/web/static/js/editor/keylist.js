/** Shows the keys of the table where people look for them: under `?` and in the tooltips. */

import { groupsFor, keyNames } from "./keymap.js";

function keysElement(names) {
  const term = document.createElement("dt");
  for (const name of names) {
    const key = document.createElement("kbd");
    key.textContent = name;
    term.append(key, " ");
  }
  return term;
}

/** Write the list of keys before `mark`, in the dialog of the house. */
export function writeKeyList(mark, readOnly) {
  for (const { group, rows } of groupsFor(readOnly)) {
    const head = document.createElement("dt");
    head.className = "shortcuts-wide";
    head.textContent = group;
    mark.before(head);
    for (const row of rows) {
      const text = document.createElement("dd");
      text.textContent = row.text;
      mark.before(keysElement(row.shown ?? keyNames(row.keys[0])), text);
    }
  }
}

const ARIA = { Ctrl: "Control", Del: "Delete", "−": "-", "Page Down": "PageDown", "Page Up": "PageUp" };

/** Complete the tooltip of every button with the key of its command. */
export function writeTooltips(root, readOnly) {
  const rows = groupsFor(readOnly).flatMap((each) => each.rows).filter((row) => row.command);
  for (const row of rows) {
    const names = keyNames(row.keys[0]);
    for (const button of root.querySelectorAll(`[data-command="${row.command}"]`)) {
      const title = button.title || row.text;
      button.title = `${title} (${names.join("+")})`;
      if (!button.textContent.trim()) button.setAttribute("aria-label", title);
      button.setAttribute("aria-keyshortcuts", names.map((name) => ARIA[name] ?? name).join("+"));
    }
  }
}
