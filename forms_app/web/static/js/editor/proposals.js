/** What a person does to proposed fields before taking them. Pure: fields in, fields out. */

import { cellCount, hasOptions, nameFrom, newId, withKind } from "./fields.js";
import { extentOf, shapesOn } from "./model.js";

const MOST_COVERED = 0.2;
const SHORT_DATE = { cells: 6, format: "DDMMYY" };

/** The proposals that cover none of the fields. */
export function withoutCovered(proposals, fields) {
  const taken = new Map();
  const boxesOn = (page) => {
    if (!taken.has(page)) taken.set(page, shapesOn(fields, page).map(({ box }) => box));
    return taken.get(page);
  };
  return proposals.filter((field) => !shapesOn([field], field.page).some(({ box }) =>
    boxesOn(field.page).some((other) => isCovered(box, other))));
}

function isCovered([x, y, w, h], [ox, oy, ow, oh]) {
  const across = Math.min(x + w, ox + ow) - Math.max(x, ox);
  const down = Math.min(y + h, oy + oh) - Math.max(y, oy);
  return across > 0 && down > 0 && across * down > MOST_COVERED * Math.min(w * h, ow * oh);
}

/** A comb of one cell more or less: equal cells in the same box. */
export function withCells(field, step) {
  return { ...field, cells: Math.max(1, cellCount(field) + step) };
}

/** With another label, and the name that it makes. */
export function withLabel(field, label) {
  return { ...field, label, name: nameFrom(label) || field.name };
}

/**
 * As another kind. `before` is the field as it was proposed: on the way through a list of kinds,
 * as the arrow keys take, nothing of it is lost.
 */
export function asKind(field, kind, before) {
  const { label, name } = field;
  if (kind === before.kind) return { ...before, label, name };
  const made = withKind({ ...before, label, name }, kind, extentOf(before));
  const isShort = kind === "date" && cellCount(made) === SHORT_DATE.cells && !before.format;
  return isShort ? { ...made, format: SHORT_DATE.format } : made;
}

/** A choice without one of its options; null when it was the last. */
export function withoutOption(field, index) {
  const options = field.options.filter((_, i) => i !== index);
  return options.length ? settled({ ...field, options }) : null;
}

/** Two fields: the options before one, and it with those after it. */
export function splitAt(field, index) {
  const rest = { ...field, id: newId(), label: "", name: `${field.name}_2` };
  return [
    settled({ ...field, options: field.options.slice(0, index) }),
    settled({ ...rest, options: field.options.slice(index) }),
  ];
}

export const canJoin = (field) => hasOptions(field) || field.kind === "mark";

/** One choice of the options of both; a tick box is one option. */
export function joined(first, second) {
  const kind = hasOptions(first) ? first.kind : hasOptions(second) ? second.kind : "choice";
  const label = hasOptions(first) ? first.label : "";
  const options = [...optionsOf(first), ...optionsOf(second)];
  const { id, name, page } = first;
  return { id, name, label, page, kind, options: withOwnValues(options) };
}

function optionsOf(field) {
  if (hasOptions(field)) return field.options;
  return [{ id: newId(), value: field.label || field.name, label: "", box: field.box }];
}

/** Values that repeat get a number; the label keeps what is printed. */
function withOwnValues(options) {
  const taken = new Set();
  return options.map((option) => {
    let value = option.value;
    for (let n = 2; taken.has(value); n += 1) value = `${option.value}_${n}`;
    taken.add(value);
    return value === option.value ? option : { ...option, value, label: option.label || option.value };
  });
}

/** One option alone is a tick box, named by what is printed beside it. */
function settled(field) {
  if (field.options.length > 1) return field;
  const [option] = field.options;
  const mark = withKind({ ...field, options: undefined, box: option.box }, "mark", option.box);
  return withLabel(mark, option.label || option.value);
}
