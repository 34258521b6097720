/**
 * Every key of the editor, in one table: the keys are bound, the list under `?` is written and the
 * tooltips of the buttons are completed from it.
 *
 * A row has `keys` (as `chord` writes them) and either `command`, or `text` alone for what the
 * pointer does. `edits` rows are left out where a version can only be looked at.
 */

import { t } from "../i18n.js";

const ALIGN = [
  ["Alt+KeyA", "alignLeft", t("Line up left edges")],
  ["Alt+KeyH", "alignCentre", t("Line up centres")],
  ["Alt+KeyD", "alignRight", t("Line up right edges")],
  ["Alt+KeyW", "alignTop", t("Line up top edges")],
  ["Alt+KeyV", "alignMiddle", t("Line up middles")],
  ["Alt+KeyS", "alignBottom", t("Line up bottom edges")],
  ["Alt+Shift+KeyH", "distributeAcross", t("Equal gaps from left to right")],
  ["Alt+Shift+KeyV", "distributeDown", t("Equal gaps from top to bottom")],
  ["Alt+Shift+KeyS", "sameSize", t("Same size as the first selected")],
];
const rowsOf = (list) => list.map(([keys, command, text]) => ({
  keys: keys.split(" "), command, text, edits: true,
}));

export const KEYMAP = [
  {
    group: t("Tools"),
    rows: rowsOf([
      ["v", "tool-select", t("Select")],
      ["c", "tool-comb", t("Comb")],
      ["l", "tool-line", t("Line")],
      ["m", "tool-mark", t("Tick box")],
      ["o", "tool-choice", t("Choice")],
      ["s", "tool-signature", t("Signature")],
      ["i", "tool-image", t("Image")],
      ["n", "toggleSnap", t("Snapping on or off")],
    ]),
  },
  {
    group: t("Selecting"),
    rows: [
      { shown: ["drag"], text: t("From empty paper: a frame selects what it touches") },
      { shown: ["Shift", "click"], text: t("Add to the selection or take out of it, also with a frame") },
      { keys: ["Ctrl+a"], command: "selectAll", text: t("Select all on this page") },
      { keys: ["Enter"], command: "enter", text: t("Edit the field; with a tool: place a box") },
      { shown: ["Enter"], text: t("In a label: on to the next field's, with Shift back"), edits: true },
      { shown: ["Esc"], text: t("Back to the page, to the select tool, to nothing selected") },
    ],
  },
  {
    group: t("Boxes"),
    rows: [
      ...rowsOf([
        ["Arrow", "nudge", t("Move by 1 px")],
        ["Shift+Arrow", "nudgeFar", t("Move by 10 px")],
        ["Ctrl+Arrow", "resize", t("Wider, narrower, higher, lower by 1 px")],
        ["Ctrl+Shift+Arrow", "resizeFar", t("The same by 10 px")],
      ]),
      { shown: ["Alt", "drag"], text: t("Move or draw without snapping"), edits: true },
      ...rowsOf([
        ["Ctrl+d", "duplicate", t("Duplicate; on one option: the next option below")],
        ["r", "repeat", t("Repeat in a grid")],
        ["Ctrl+c", "copy", t("Copy, also for other pages and templates")],
        ["Ctrl+x", "cut", t("Cut")],
        ["Ctrl+v", "paste", t("Paste")],
        ["Ctrl+Shift+v", "pasteInPlace", t("Paste at the same place")],
        ["Delete Backspace", "delete", t("Delete")],
      ]),
    ],
  },
  { group: t("Lining up"), rows: rowsOf(ALIGN) },
  {
    group: t("Draft"),
    rows: [
      ...rowsOf([
        ["Ctrl+z", "undo", t("Undo")],
        ["Ctrl+Shift+z Ctrl+y", "redo", t("Redo")],
        ["Ctrl+s", "save", t("Save now (it saves by itself)")],
      ]),
      { shown: ["Alt", "↑", "↓"], text: t("In the list of fields: change the order"), edits: true },
    ],
  },
  {
    group: t("List of what Detect proposes"),
    rows: [
      { shown: ["↑", "↓"], text: t("Line before, next line"), edits: true },
      { shown: ["Enter"], text: t("Accept; in a label: go on to the next"), edits: true },
      { shown: ["Del"], text: t("Dismiss"), edits: true },
      { shown: ["−", "+"], text: t("One cell less, one more"), edits: true },
    ],
  },
  {
    group: t("View"),
    rows: [
      { shown: ["Space", "drag"], text: t("Move the page, also with the middle button or the wheel") },
      { shown: ["Ctrl", "wheel"], text: t("Zoom, also with two fingers") },
      { keys: ["+", "="], command: "zoomIn", text: t("Zoom in") },
      { keys: ["-"], command: "zoomOut", text: t("Zoom out") },
      { keys: ["0"], command: "fit", text: t("Whole page") },
      { keys: ["1"], command: "actualSize", text: t("100 %: one image pixel on one screen pixel") },
      { keys: ["2"], command: "fitWidth", text: t("Page width") },
      { keys: ["3"], command: "fitSelection", text: t("What is selected") },
      { keys: ["PageDown"], command: "nextPage", text: t("Next page") },
      { keys: ["PageUp"], command: "previousPage", text: t("Page before") },
      { shown: ["↑", "↓"], text: t("On the edge of what Detect, Check or Try show: higher, lower") },
    ],
  },
];

const ARROW = /^Arrow/;

/** A key press as the table writes it. With Alt the place on the keyboard counts: Alt types signs. */
export function chord(event) {
  const isLetter = event.key.length === 1;
  const key = ARROW.test(event.key) ? "Arrow"
    : event.altKey ? event.code
      : isLetter ? event.key.toLowerCase() : event.key;
  // Shift is part of a sign (`+`), but a modifier of letters and named keys.
  const isSign = isLetter && event.key.toLowerCase() === event.key.toUpperCase();
  const shift = event.shiftKey && !(isSign && !event.altKey);
  return [
    (event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", shift && "Shift", key,
  ].filter(Boolean).join("+");
}

const NAMES = { Arrow: "← ↑ → ↓", Delete: "Del", PageDown: "Page Down", PageUp: "Page Up", "-": "−" };

/** The parts of a chord as they stand on the keys. */
export function keyNames(written) {
  const parts = written.length > 1 ? written.replace(/\+\+$/, "+plus").split("+") : [written];
  return parts.map((part) => NAMES[part] ?? (part === "plus" ? "+" : part.replace(/^Key/, "")));
}

/** The rows that there are for a draft, or for a version that can only be looked at. */
export const groupsFor = (readOnly) =>
  KEYMAP.map(({ group, rows }) => ({ group, rows: rows.filter((row) => !readOnly || !row.edits) }))
    .filter(({ rows }) => rows.length);

/** Command by chord. */
export const bindings = (readOnly) =>
  new Map(groupsFor(readOnly).flatMap(({ rows }) => rows)
    .flatMap((row) => (row.keys ?? []).map((key) => [key, row.command])));
