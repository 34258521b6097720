/**
 * Every key of the editor, in one table: the keys are bound, the list under `?` is written and the
 * tooltips of the buttons are completed from it.
 *
 * A row has `keys` (as `chord` writes them) and either `command`, or `text` alone for what the
 * pointer does. `edits` rows are left out where a version can only be looked at.
 */

const ALIGN = [
  ["Alt+KeyA", "alignLeft", "Line up left edges"],
  ["Alt+KeyH", "alignCentre", "Line up centres"],
  ["Alt+KeyD", "alignRight", "Line up right edges"],
  ["Alt+KeyW", "alignTop", "Line up top edges"],
  ["Alt+KeyV", "alignMiddle", "Line up middles"],
  ["Alt+KeyS", "alignBottom", "Line up bottom edges"],
  ["Alt+Shift+KeyH", "distributeAcross", "Equal gaps from left to right"],
  ["Alt+Shift+KeyV", "distributeDown", "Equal gaps from top to bottom"],
  ["Alt+Shift+KeyS", "sameSize", "Same size as the first selected"],
];
const rowsOf = (list) => list.map(([keys, command, text]) => ({
  keys: keys.split(" "), command, text, edits: true,
}));

export const KEYMAP = [
  {
    group: "Tools",
    rows: rowsOf([
      ["v", "tool-select", "Select"],
      ["c", "tool-comb", "Comb"],
      ["l", "tool-line", "Line"],
      ["m", "tool-mark", "Tick box"],
      ["o", "tool-choice", "Choice"],
      ["s", "tool-signature", "Signature"],
      ["i", "tool-image", "Image"],
      ["n", "toggleSnap", "Snapping on or off"],
    ]),
  },
  {
    group: "Selecting",
    rows: [
      { shown: ["drag"], text: "From empty paper: a frame selects what it touches" },
      { shown: ["Shift", "click"], text: "Add to the selection or take out of it, also with a frame" },
      { keys: ["Ctrl+a"], command: "selectAll", text: "Select all on this page" },
      { keys: ["Enter"], command: "enter", text: "Edit the field; with a tool: place a box" },
      { shown: ["Enter"], text: "In a label: on to the next field's, with Shift back", edits: true },
      { shown: ["Esc"], text: "Back to the page, to the select tool, to nothing selected" },
    ],
  },
  {
    group: "Boxes",
    rows: [
      ...rowsOf([
        ["Arrow", "nudge", "Move by 1 px"],
        ["Shift+Arrow", "nudgeFar", "Move by 10 px"],
        ["Ctrl+Arrow", "resize", "Wider, narrower, higher, lower by 1 px"],
        ["Ctrl+Shift+Arrow", "resizeFar", "The same by 10 px"],
      ]),
      { shown: ["Alt", "drag"], text: "Move or draw without snapping", edits: true },
      ...rowsOf([
        ["Ctrl+d", "duplicate", "Duplicate; on one option: the next option below"],
        ["r", "repeat", "Repeat in a grid"],
        ["Ctrl+c", "copy", "Copy, also for other pages and templates"],
        ["Ctrl+x", "cut", "Cut"],
        ["Ctrl+v", "paste", "Paste"],
        ["Ctrl+Shift+v", "pasteInPlace", "Paste at the same place"],
        ["Delete Backspace", "delete", "Delete"],
      ]),
    ],
  },
  { group: "Lining up", rows: rowsOf(ALIGN) },
  {
    group: "Draft",
    rows: [
      ...rowsOf([
        ["Ctrl+z", "undo", "Undo"],
        ["Ctrl+Shift+z Ctrl+y", "redo", "Redo"],
        ["Ctrl+s", "save", "Save now (it saves by itself)"],
      ]),
      { shown: ["Alt", "↑", "↓"], text: "In the list of fields: change the order", edits: true },
    ],
  },
  {
    group: "List of what Detect proposes",
    rows: [
      { shown: ["↑", "↓"], text: "Line before, next line", edits: true },
      { shown: ["Enter"], text: "Accept; in a label: go on to the next", edits: true },
      { shown: ["Del"], text: "Dismiss", edits: true },
      { shown: ["−", "+"], text: "One cell less, one more", edits: true },
    ],
  },
  {
    group: "View",
    rows: [
      { shown: ["Space", "drag"], text: "Move the page, also with the middle button or the wheel" },
      { shown: ["Ctrl", "wheel"], text: "Zoom, also with two fingers" },
      { keys: ["+", "="], command: "zoomIn", text: "Zoom in" },
      { keys: ["-"], command: "zoomOut", text: "Zoom out" },
      { keys: ["0"], command: "fit", text: "Whole page" },
      { keys: ["1"], command: "actualSize", text: "100 %: one image pixel on one screen pixel" },
      { keys: ["2"], command: "fitWidth", text: "Page width" },
      { keys: ["3"], command: "fitSelection", text: "What is selected" },
      { keys: ["PageDown"], command: "nextPage", text: "Next page" },
      { keys: ["PageUp"], command: "previousPage", text: "Page before" },
      { shown: ["↑", "↓"], text: "On the edge of what Detect, Check or Try show: higher, lower" },
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
