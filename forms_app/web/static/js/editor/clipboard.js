/** What was copied, kept in the browser: for this page, other pages and other templates. */

import { fromFile } from "./fields.js";

const PLACE = "fieldhand-copied-fields";
const SHAPE_TOLERANCE = 0.02;
const SESSION = `${performance.timeOrigin} ${Math.random()}`; // Ids mean something in it alone.

let kept = null; // Where storage is switched off, copying works within this window.

/** Keep `fields` with where they were: `origin` is `{document, page, size: [width, height]}`. */
export function keep(fields, origin) {
  kept = JSON.stringify({ fields, origin, session: SESSION });
  try {
    window.localStorage.setItem(PLACE, kept);
  } catch {
    // Storage may be switched off or full.
  }
}

function read() {
  try {
    return JSON.parse(window.localStorage.getItem(PLACE) ?? kept);
  } catch {
    return JSON.parse(kept);
  }
}

/**
 * What was copied last, at the size of the page `size`; null where there is nothing. What this
 * window copied has the ids of what was copied.
 * The same sheet in another resolution has the same shape: boxes are then scaled.
 */
export function copied(size) {
  const found = read();
  if (!found?.fields?.length) return null;
  const [width, height] = found.origin.size;
  const [sx, sy] = [size[0] / width, size[1] / height];
  const scale = Math.abs(sx / sy - 1) <= SHAPE_TOLERANCE ? sx : 1;
  const fields = found.session === SESSION ? found.fields : fromFile(found.fields);
  return { fields: fields.map((field) => scaled(field, scale)), origin: found.origin };
}

function scaled(field, scale) {
  if (scale === 1) return field;
  const by = (box) => box.map((value) => Math.round(value * scale));
  const result = { ...field };
  if (field.box) result.box = by(field.box);
  if (Array.isArray(field.cells)) result.cells = field.cells.map(by);
  if (field.options) result.options = field.options.map((o) => ({ ...o, box: by(o.box) }));
  return result;
}
