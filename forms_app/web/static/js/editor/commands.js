/** What a person can do, by button, key or menu: one table, so that all of them do the same. */

import { growingChoice } from "./drawing.js";
import {
  addOption, extract, fieldsOfKeys, inReadingOrder, moveBy, paste, remove, reorder, shapesOn,
} from "./model.js";
import { TOOLS } from "./fields.js";

const PASTE_OFFSET_PX = 24;

/** Commands by name; each answers nothing and says aloud what it did. */
export function createCommands({ store, viewport, pages, announce, save }) {
  let clipboard = [];

  const selected = () => fieldsOfKeys(store.state.fields, store.state.selection);
  const counted = (fields) => (fields.length === 1 ? "1 field" : `${fields.length} fields`);

  function add(copied, offset, word) {
    const { fields, page } = store.state;
    const added = paste(fields, copied, page, pages, offset);
    if (!added.keys.length) return;
    store.edit(added.fields, { selection: added.keys });
    store.set({ selection: added.keys });
    announce(`${word} ${counted(copied)}.`);
  }

  /** One option of a choice is duplicated within its choice; anything else as new fields. */
  function duplicate() {
    const { state } = store;
    const choice = growingChoice(state);
    const isOption = choice && state.selection.length === 1 && choice.options.length > 1;
    if (!isOption) return add(extract(state.fields, state.selection), PASTE_OFFSET_PX, "Duplicated");
    const [x, y, width, height] = choice.options[Number(state.selection[0].split(":")[1])].box;
    const added = addOption(state.fields, choice.id, [x, y + height + 12, width, height]);
    store.edit(added.fields);
    return store.set({ selection: added.keys });
  }

  function removeSelected() {
    const gone = selected();
    if (!gone.length || store.state.readOnly) return;
    store.edit(remove(store.state.fields, store.state.selection), { selection: [] });
    announce(`Deleted ${counted(gone)}. Control Z brings back what was deleted.`);
  }

  function turnPage(step) {
    const page = Math.min(Math.max(store.state.page + step, 1), pages.length);
    if (page !== store.state.page) store.set({ page, selection: [] });
  }

  const commands = {
    undo: () => store.undo(),
    redo: () => store.redo(),
    duplicate,
    delete: removeSelected,
    copy() {
      clipboard = extract(store.state.fields, store.state.selection);
      if (clipboard.length) announce(`Copied ${counted(clipboard)}.`);
    },
    cut() {
      commands.copy();
      removeSelected();
    },
    paste: () => add(clipboard, PASTE_OFFSET_PX, "Pasted"),
    selectAll() {
      const { fields, page } = store.state;
      store.set({ selection: shapesOn(fields, page).map((shape) => shape.key), tool: "select" });
    },
    sort() {
      store.edit(inReadingOrder(store.state.fields));
      announce("Fields are in reading order.");
    },
    moveUp: () => selected()[0] && store.edit(reorder(store.state.fields, selected()[0].id, -1)),
    moveDown: () => selected()[0] && store.edit(reorder(store.state.fields, selected()[0].id, 1)),
    zoomIn: () => viewport.zoomBy(1),
    zoomOut: () => viewport.zoomBy(-1),
    fit: () => viewport.fit(),
    fitWidth: () => viewport.fitWidth(),
    actualSize: () => viewport.actualSize(),
    nextPage: () => turnPage(1),
    previousPage: () => turnPage(-1),
    save,
    nudge(dx, dy) {
      const { fields, selection } = store.state;
      store.edit(moveBy(fields, selection, dx, dy, pages), { tag: `nudge ${selection.join()}` });
    },
  };
  for (const tool of ["select", ...Object.keys(TOOLS)]) {
    commands[`tool-${tool}`] = () => store.state.readOnly || store.set({ tool });
  }
  return commands;
}
