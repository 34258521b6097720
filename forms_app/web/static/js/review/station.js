/** One field on the screen: crop, input, words, page. Knows nothing of the queue. */

import { t } from "../i18n.js";
import { createCells } from "./cells.js";
import { createChoices } from "./choices.js";
import { createCrop } from "./crop.js";
import { createHistory } from "./history.js";
import { createLine } from "./line.js";
import { alternativesOf, createReasons } from "./reasons.js";
import { createSheet } from "./sheet.js";
import { completions, inWords, same } from "./values.js";

const TOGGLED = new Set(["mark", "signature", "choice", "choices"]);
const FIRST_LOOK = new Set(["review", "postponed"]);
const isEmpty = (value) => value === null || value === "" || value?.length === 0;

function createEditor(root, item, tools) {
  const { field } = item;
  if (TOGGLED.has(field.kind)) return createChoices(root, item, tools);
  const isComb = field.layout === "comb" && field.cell_boxes_px.length > 0 && item.crop_url;
  return isComb ? createCells(root, item, tools) : createLine(root, item, tools);
}

/** `onInput` hears of typing, `onKeys` is handed what has new buttons with keys on them. */
export function createStation(root, { onInput, onKeys }) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const crop = createCrop(part("crop"));
  const sheet = createSheet(part("sheet"));
  const reasons = createReasons(part("why"), { onTake: (value) => take(value), onKeys });
  const history = createHistory(part("history"));
  let item = null;
  let editor = null;
  let shown = null;

  function layOut() {
    if (!item) return;
    editor.layOut(crop.layOut());
    sheet.layOut();
  }

  function show(next) {
    item = next;
    part("label").textContent = item.field.label || item.field.name;
    part("form").textContent = `${item.batch_name} · ${item.submission_label}`;
    part("form").href = item.form_url;
    part("position").textContent =
      t("{position} of {total}", { position: item.position, total: item.total });
    reasons.show(item);
    history.show(item);
    crop.show(item);
    editor = createEditor(part("input"), item, {
      crop,
      onInput() {
        reasons.complete(TOGGLED.has(item.field.kind) ? "" : editor.value(), item.field);
        onInput();
      },
      onPoint(character, cell) {
        crop.point(character, cell);
        reasons.point(character, cell);
      },
    });
    shown = editor.value();
    showHolder();
    sheet.show(item);
    layOut();
    if (!item.held_by) editor.focus();
  }

  /** Another person's field can be looked at, and no more. */
  function showHolder() {
    part("input").inert = Boolean(item.held_by);
    part("held").hidden = !item.held_by;
    part("held").textContent = t(
      "{person} has this field on screen. It opens for you as soon as it is free.",
      { person: item.held_by });
  }

  function take(value) {
    if (item.held_by) return;
    editor.set(value);
    editor.focus();
  }

  function showProgress(open) {
    part("open").textContent = open === 0 ? t("none left") : t("{n} left", { n: open });
    part("progress").max = Math.max(item.total, 1);
    part("progress").value = item.total - open;
  }

  const isEdited = () => !same(editor.value(), shown);

  /** The first very doubtful character that nobody has typed, at first look. */
  function unseen() {
    if (item.decision || item.is_blind || !FIRST_LOOK.has(item.stage)) return undefined;
    return editor.unkeyed[0];
  }

  function mustType(place) {
    return {
      place,
      hint: t(
        "Character {place} is very doubtful. Type what you see there, even if it is “{value}”, " +
        "or take another reading.",
        { place: place + 1, value: item.reading.characters[place].value }),
    };
  }

  const nothingTyped = () => ({
    hint: t("Type what you see, or say blank or unreadable."),
  });

  new ResizeObserver(layOut).observe(root);

  return {
    show,
    showProgress,
    isEdited,
    take,
    get item() {
      return item;
    },
    /** Places of the reading's characters that were typed or taken. */
    get keyed() {
      return editor.keyed;
    },
    refocus: () => editor.focus(),
    focusAt: (place) => editor.focusAt(place),
    /** Throw away what was typed since the field was shown. */
    reset: () => show(item),
    press: (key) => (!item.held_by && editor.press?.(key)) || false,
    takeAlternative(i) {
      const found = alternativesOf(item)[i];
      if (found) take(found[0]);
    },
    takeFromList() {
      const [value] = completions(editor.value(), item.field.values, 1);
      if (value) take(value);
    },
    wholePage: sheet.toggleWhole,
    toggleHistory: history.toggle,
    /**
     * What Enter decides: `{action, value}`; null when a decided field was not touched;
     * `{hint, place}` when a person has to type first, at that character if there is one.
     */
    decision() {
      if (item.decision && !isEdited()) return null;
      const value = editor.value();
      if (item.is_blind) return isEmpty(value) ? nothingTyped() : { action: "correct", value };
      const place = unseen();
      if (place !== undefined) return mustType(place);
      if (editor.isUnchanged()) {
        const mustKey = item.reading.outcome === "unreadable" || item.field.kind === "image";
        if (mustKey && isEmpty(value)) return nothingTyped();
        // Confirming keeps what counts now, which after a correction is not the machine's.
        if (!item.decision) return { action: "confirm", value: item.reading.value };
      }
      if (isEmpty(value)) return { action: "blank", value: null };
      return { action: "correct", value };
    },
    inWords: () => {
      const { field, reading } = item;
      const said = reading.outcome === "read" ? inWords(reading.value, field) : reading.outcome;
      const name = field.label || field.name;
      const place = { name, position: item.position, total: item.total };
      if (item.is_blind) return t("{name}, {position} of {total}", place);
      const words = t("{name}, {position} of {total}, read as {value}.", { ...place, value: said });
      return [words, ...reading.reasons].join(" ");
    },
  };
}
