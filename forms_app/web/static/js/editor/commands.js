/** What a person can do, by button, key or menu: one table, so that all of them do the same. */

import { t, tn } from "../i18n.js";
import { align, distribute, resizeBy, sameSize } from "./arrange.js";
import { copied, keep } from "./clipboard.js";
import { TOOLS } from "./fields.js";
import { bounding } from "./geometry.js";
import {
  addOption, boxesOf, extract, fieldsOfKeys, inReadingOrder, moveBy, paste, remove, reorder,
  shapesOn,
} from "./model.js";
import { growingChoice } from "./placing.js";
import { notify } from "../notify.js";

const PASTE_OFFSET_PX = 24;
const FAST = 10;

const counted = (fields) => tn("{n} field", "{n} fields", fields.length);

/** Commands by name; each answers nothing and says aloud what it did. */
export function createCommands({ store, viewport, pages, announce, save, documentId }) {
  const selected = () => fieldsOfKeys(store.state.fields, store.state.selection);

  function add(fields, offset, say) {
    const added = paste(store.state.fields, fields, store.state.page, pages, offset);
    if (!added.keys.length) return;
    store.edit(added.fields, { selection: added.keys });
    store.set({ selection: added.keys, tool: "select" });
    announce(say(counted(fields)));
  }

  /** One option of a choice is duplicated within its choice; anything else as new fields. */
  function duplicate() {
    const { state } = store;
    const choice = growingChoice(state);
    const isOption = choice && state.selection.length === 1 && choice.options.length > 1;
    if (!isOption) return add(extract(state.fields, state.selection), PASTE_OFFSET_PX,
      (fields) => t("Duplicated {fields}.", { fields }));
    const [x, y, width, height] = choice.options[Number(state.selection[0].split(":")[1])].box;
    const added = addOption(state.fields, choice.id, [x, y + height + 12, width, height]);
    store.edit(added.fields);
    return store.set({ selection: added.keys });
  }

  function removeSelected() {
    const gone = selected();
    if (!gone.length || store.state.readOnly) return;
    store.edit(remove(store.state.fields, store.state.selection), { selection: [] });
    announce(t("Deleted {fields}. Control Z brings back what was deleted.",
      { fields: counted(gone) }));
  }

  function sizeOf(number) {
    const page = pages[number - 1];
    return [page.width_px, page.height_px];
  }

  function copy() {
    const { fields, selection, page } = store.state;
    const taken = extract(fields, selection);
    if (!taken.length) return;
    keep(taken, { document: documentId, page, size: sizeOf(page) });
    announce(t("Copied {fields}.", { fields: counted(taken) }));
  }

  /** Beside the original on its own page, at the same place on any other. */
  function pasteCopied(inPlace) {
    const { page } = store.state;
    const found = copied(sizeOf(page));
    if (!found || store.state.readOnly) return;
    const isHome = found.origin.document === documentId && found.origin.page === page;
    add(found.fields, isHome && !inPlace ? PASTE_OFFSET_PX : 0, (fields) => t("Pasted {fields}.",
      { fields }));
  }

  function moveInOrder(step) {
    const ids = new Set(selected().map((field) => field.id));
    store.edit(reorder(store.state.fields, ids, step));
  }

  function turnPage(step) {
    const page = Math.min(Math.max(store.state.page + step, 1), pages.length);
    if (page !== store.state.page) store.set({ page, selection: [] });
  }

  const arrange = (change, word) => () => {
    const { fields, selection } = store.state;
    const changed = change(fields, selection);
    store.edit(changed);
    if (changed !== fields) announce(word);
  };
  const lineUp = (how) => arrange((fields, keys) => align(fields, keys, how, pages), t("Lined up."));
  const spread = (axis) =>
    arrange((fields, keys) => distribute(fields, keys, axis, pages), t("Gaps are equal."));

  function change(how, word, dx, dy) {
    const { fields, selection } = store.state;
    store.edit(how(fields, selection, dx, dy, pages), { tag: `${word} ${selection.join()}` });
  }

  let told = null; // the last message about a step through the history
  /** A field shows on the page; that rules or the code changed has to be said. */
  function travel(go, ofRules, ofCode) {
    const before = store.state;
    go();
    const { fields, rules, code } = store.state;
    if (fields !== before.fields || (rules === before.rules && code === before.code)) return;
    told?.remove();
    told = notify(rules === before.rules ? ofCode : ofRules);
  }

  const commands = {
    undo: () => travel(store.undo, t("Undid a change of the rules."),
      t("Undid a change of the code on the page.")),
    redo: () => travel(store.redo, t("Redid a change of the rules."),
      t("Redid a change of the code on the page.")),
    duplicate,
    delete: removeSelected,
    copy,
    cut() {
      copy();
      removeSelected();
    },
    paste: () => pasteCopied(false),
    pasteInPlace: () => pasteCopied(true),
    selectAll() {
      const { fields, page } = store.state;
      store.set({ selection: shapesOn(fields, page).map((shape) => shape.key), tool: "select" });
    },
    sort() {
      store.edit(inReadingOrder(store.state.fields));
      announce(t("Fields are in reading order."));
    },
    moveUp: () => moveInOrder(-1),
    moveDown: () => moveInOrder(1),
    alignLeft: lineUp("left"),
    alignCentre: lineUp("centre"),
    alignRight: lineUp("right"),
    alignTop: lineUp("top"),
    alignMiddle: lineUp("middle"),
    alignBottom: lineUp("bottom"),
    distributeAcross: spread(0),
    distributeDown: spread(1),
    sameSize: arrange((fields, keys) => sameSize(fields, keys, pages), t("All have one size.")),
    nudge: (dx, dy) => change(moveBy, "nudge", dx, dy),
    nudgeFar: (dx, dy) => change(moveBy, "nudge", dx * FAST, dy * FAST),
    resize: (dx, dy) => change(resizeBy, "resize", dx, dy),
    resizeFar: (dx, dy) => change(resizeBy, "resize", dx * FAST, dy * FAST),
    toggleSnap() {
      store.set({ snaps: !store.state.snaps });
      announce(store.state.snaps ? t("Snapping is on.") : t("Snapping is off."));
    },
    zoomIn: () => viewport.zoomBy(1),
    zoomOut: () => viewport.zoomBy(-1),
    fit: () => viewport.fit(),
    fitWidth: () => viewport.fitWidth(),
    fitSelection() {
      const boxes = boxesOf(store.state.fields, store.state.selection);
      if (boxes.length) viewport.fitBox(bounding(boxes));
    },
    actualSize: () => viewport.actualSize(),
    nextPage: () => turnPage(1),
    previousPage: () => turnPage(-1),
    save,
  };
  for (const tool of ["select", ...Object.keys(TOOLS)]) {
    commands[`tool-${tool}`] = () => store.state.readOnly || store.set({ tool });
  }
  return commands;
}
