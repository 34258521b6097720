/**
 * Editing as pure functions: fields in, fields out.
 *
 * What is drawn on the page is a *shape*: a field's box, or one option's box of a choice. Its key
 * is the field's id, or `id:index` for an option.
 */

import { bounding, carried, inside, limitedMove } from "./geometry.js";
import { brought, hasOptions, newOption } from "./fields.js";

export const keyOf = (id, option = null) => (option === null ? id : `${id}:${option}`);

export function parseKey(key) {
  const [id, option] = key.split(":");
  return { id, option: option === undefined ? null : Number(option) };
}

/** All shapes of one field. */
function shapesOf(field) {
  if (hasOptions(field)) {
    return (field.options ?? []).map((option, i) => ({
      key: keyOf(field.id, i), field, option: i, box: option.box,
    }));
  }
  return [{ key: keyOf(field.id), field, option: null, box: field.box }];
}

export const shapesOn = (fields, page) =>
  fields.filter((field) => field.page === page).flatMap(shapesOf);

export const keysOf = (field) => shapesOf(field).map((shape) => shape.key);

/** The box around all of a field; an imported choice may have no option yet. */
export function extentOf(field) {
  const boxes = shapesOf(field).map((shape) => shape.box);
  return boxes.length ? bounding(boxes) : [0, 0, 0, 0];
}

/** The fields that the keys belong to, each once, in template order. */
export function fieldsOfKeys(fields, keys) {
  const ids = new Set(keys.map((key) => parseKey(key).id));
  return fields.filter((field) => ids.has(field.id));
}

export const shapesOfKeys = (fields, keys) => {
  const wanted = new Set(keys);
  return fieldsOfKeys(fields, keys).flatMap(shapesOf).filter((shape) => wanted.has(shape.key));
};

export const boxesOf = (fields, keys) => shapesOfKeys(fields, keys).map((shape) => shape.box);

/** Keys that still exist, for a selection that outlives an undo. */
export function existing(fields, keys) {
  const there = new Set(fields.flatMap(keysOf));
  return keys.filter((key) => there.has(key));
}

export const update = (fields, id, patch) =>
  fields.map((field) => (field.id === id ? { ...field, ...patch } : field));

function withBox(field, option, box) {
  if (option !== null) {
    const options = field.options.map((each, i) => (i === option ? { ...each, box } : each));
    return { ...field, options };
  }
  const changed = { ...field, box };
  if (Array.isArray(field.cells)) {
    changed.cells = field.cells.map((cell) => carried(cell, field.box, box));
  }
  return changed;
}

/** Put shapes at new boxes: `boxes` lists keys with their box. */
export function setBoxes(fields, boxes, pages) {
  if (!boxes.length) return fields;
  const changes = new Map();
  for (const [key, box] of boxes) {
    const { id, option } = parseKey(key);
    changes.set(id, [...(changes.get(id) ?? []), [option, box]]);
  }
  return fields.map((field) => (changes.get(field.id) ?? []).reduce((changed, [option, box]) =>
    withBox(changed, option, inside(box, pages[field.page - 1])), field));
}

/** Move shapes together; the group stops at the edge of the page. */
export function moveBy(fields, keys, dx, dy, pages) {
  const shapes = shapesOfKeys(fields, keys);
  if (shapes.length === 0) return fields;
  const page = pages[shapes[0].field.page - 1];
  const [x, y] = limitedMove(bounding(shapes.map((shape) => shape.box)), dx, dy, page);
  if (x === 0 && y === 0) return fields;
  const moved = shapes.map(({ key, box }) => [key, [box[0] + x, box[1] + y, box[2], box[3]]]);
  return setBoxes(fields, moved, pages);
}

/** Delete shapes; a choice that loses its last option goes with it. */
export function remove(fields, keys) {
  const gone = new Set(keys);
  return fields.flatMap((field) => {
    if (!hasOptions(field)) return gone.has(keyOf(field.id)) ? [] : [field];
    const options = field.options.filter((_, i) => !gone.has(keyOf(field.id, i)));
    return options.length ? [{ ...field, options }] : [];
  });
}

export function addOption(fields, id, box) {
  const field = fields.find((each) => each.id === id);
  const options = [...field.options, newOption(field.options, box)];
  return { fields: update(fields, id, { options }), keys: [keyOf(id, options.length - 1)] };
}

/** What a copy takes along: whole fields, or a choice with only its selected options. */
export function extract(fields, keys) {
  const chosen = new Set(keys);
  return fieldsOfKeys(fields, keys).map((field) => {
    if (!hasOptions(field)) return field;
    const options = field.options.filter((_, i) => chosen.has(keyOf(field.id, i)));
    return { ...field, options };
  });
}

/** A field moved with all of its boxes. */
export function shifted(field, dx, dy) {
  const by = ([x, y, w, h]) => [x + dx, y + dy, w, h];
  const moved = { ...field };
  if (field.box) moved.box = by(field.box);
  if (Array.isArray(field.cells)) moved.cells = field.cells.map(by);
  if (field.options) moved.options = field.options.map((o) => ({ ...o, box: by(o.box) }));
  return moved;
}

/** Add `copied`, or copies of it, on a page, `offset` pixels lower right, kept on the page. */
export function paste(fields, copied, page, pages, offset) {
  if (copied.length === 0) return { fields, keys: [] };
  const extent = bounding(copied.map(extentOf));
  const [dx, dy] = limitedMove(extent, offset, offset, pages[page - 1]);
  const result = [...fields];
  const added = copied.map((field) => {
    const copy = { ...shifted(brought(field, result), dx, dy), page };
    result.push(copy);
    return copy;
  });
  return { fields: result, keys: added.flatMap(keysOf) };
}

/** Put fields, as one block, before another field in review and export order; null: at the end. */
export function placedBefore(fields, ids, beforeId) {
  const block = fields.filter((field) => ids.has(field.id));
  const rest = fields.filter((field) => !ids.has(field.id));
  const at = rest.findIndex((field) => field.id === beforeId);
  rest.splice(at < 0 ? rest.length : at, 0, ...block);
  return rest;
}

/** Move fields, as one block, one place up (-1) or down (1) in review and export order. */
export function reorder(fields, ids, step) {
  const places = fields.flatMap((field, i) => (ids.has(field.id) ? [i] : []));
  if (!places.length) return fields;
  const rest = fields.filter((field) => !ids.has(field.id));
  const above = step < 0 ? places[0] : places.at(-1) - places.length + 1;
  const at = Math.min(Math.max(above + step, 0), rest.length);
  return placedBefore(fields, ids, rest[at]?.id ?? null);
}

/** Page by page, top to bottom, left to right; boxes that overlap by half a line share a row. */
export function inReadingOrder(fields) {
  const place = new Map(fields.map((field) => [field.id, extentOf(field)]));
  const middle = (field) => place.get(field.id)[1] + place.get(field.id)[3] / 2;
  const sorted = [...fields].sort((a, b) => a.page - b.page || middle(a) - middle(b));
  const rows = [];
  for (const field of sorted) {
    const row = rows.at(-1);
    const first = row && place.get(row[0].id);
    const joins = row && row[0].page === field.page && middle(field) < first[1] + first[3];
    if (joins) row.push(field);
    else rows.push([field]);
  }
  return rows.flatMap((row) => row.sort((a, b) => place.get(a.id)[0] - place.get(b.id)[0]));
}
