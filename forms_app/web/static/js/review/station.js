/** One field on the screen: crop, input, words, page. Knows nothing of the queue. */

import { createCells } from "./cells.js";
import { createChoices } from "./choices.js";
import { createCrop } from "./crop.js";
import { createLine } from "./line.js";
import { alternativesOf, createReasons } from "./reasons.js";
import { createSheet } from "./sheet.js";
import { completions, inWords, same } from "./values.js";

const TOGGLED = new Set(["mark", "signature", "choice", "choices"]);
const isEmpty = (value) => value === null || value === "" || value?.length === 0;

function createEditor(root, item, tools) {
  const { field } = item;
  if (TOGGLED.has(field.kind)) return createChoices(root, item, tools);
  const isComb = field.layout === "comb" && field.cell_boxes_px.length > 0 && item.crop_url;
  return isComb ? createCells(root, item, tools) : createLine(root, item, tools);
}

export function createStation(root, { onInput }) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const crop = createCrop(part("crop"));
  const sheet = createSheet(part("sheet"));
  const reasons = createReasons(part("why"), { onTake: (value) => take(value) });
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
    part("position").textContent = `${item.position} of ${item.total}`;
    reasons.show(item);
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
    sheet.show(item);
    layOut();
    editor.focus();
  }

  function take(value) {
    editor.set(value);
    editor.focus();
  }

  function showProgress(open) {
    part("open").textContent = open === 0 ? "none left" : `${open} left`;
    part("progress").max = Math.max(item.total, 1);
    part("progress").value = item.total - open;
  }

  const isEdited = () => !same(editor.value(), shown);

  new ResizeObserver(layOut).observe(root);

  return {
    show,
    showProgress,
    isEdited,
    get item() {
      return item;
    },
    refocus: () => editor.focus(),
    /** Throw away what was typed since the field was shown. */
    reset: () => show(item),
    press: (key) => editor.press?.(key) ?? false,
    takeAlternative(i) {
      const found = alternativesOf(item)[i];
      if (found) take(found[0]);
    },
    takeFromList() {
      const [value] = completions(editor.value(), item.field.values, 1);
      if (value) take(value);
    },
    wholePage: sheet.toggleWhole,
    /**
     * What Enter decides: `{action, value}`; null when a decided field was not touched;
     * `{hint}` when there is nothing to confirm.
     */
    decision() {
      if (item.decision && !isEdited()) return null;
      const value = editor.value();
      const { outcome } = item.reading;
      if (editor.isUnchanged()) {
        const mustKey = outcome === "unreadable" || item.field.kind === "image";
        if (mustKey && isEmpty(value)) {
          return { hint: "Type what you see, or say blank (Alt+B) or unreadable (Alt+U)." };
        }
        // Confirming keeps what counts now, which after a correction is not the machine's.
        if (!item.decision) return { action: "confirm", value: item.reading.value };
      }
      if (isEmpty(value)) return { action: "blank", value: null };
      return { action: "correct", value };
    },
    inWords: () => {
      const { field, reading } = item;
      const said = reading.outcome === "read" ? inWords(reading.value, field) : reading.outcome;
      return `${field.label || field.name}, ${item.position} of ${item.total}, read as ${said}. ` +
        reading.reasons.join(" ");
    },
  };
}
