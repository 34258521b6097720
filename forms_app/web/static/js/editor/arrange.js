/** Lining up what is selected, as pure functions: fields in, fields out. */

import { bounding } from "./geometry.js";
import { setBoxes, shapesOfKeys } from "./model.js";

/** Where a box goes so that it is lined up within `around`; answers `[x, y]`. */
const PLACES = {
  left: ([, y], [left]) => [left, y],
  centre: ([, y, width], [left, , room]) => [left + (room - width) / 2, y],
  right: ([, y, width], [left, , room]) => [left + room - width, y],
  top: ([x], [, top]) => [x, top],
  middle: ([x, , , height], [, top, , room]) => [x, top + (room - height) / 2],
  bottom: ([x, , , height], [, top, , room]) => [x, top + room - height],
};

/**
 * What moves as one: the boxes of one field, when several fields are selected; else each box, so
 * that the options of one choice can be lined up with each other.
 */
function unitsOf(fields, keys) {
  const shapes = shapesOfKeys(fields, keys);
  const ids = new Set(shapes.map((shape) => shape.field.id));
  const groups = ids.size > 1
    ? [...ids].map((id) => shapes.filter((shape) => shape.field.id === id))
    : shapes.map((shape) => [shape]);
  return groups.map((group) => ({
    shapes: group,
    box: bounding(group.map((shape) => shape.box)),
  }));
}

const movedTo = (unit, [x, y]) =>
  unit.shapes.map(({ key, box }) => [
    key, [box[0] + x - unit.box[0], box[1] + y - unit.box[1], box[2], box[3]],
  ]);

/** Line up to an edge or the middle of all that is selected; `how` is a key of PLACES. */
export function align(fields, keys, how, pages) {
  const units = unitsOf(fields, keys);
  if (units.length < 2) return fields;
  const around = bounding(units.map((unit) => unit.box));
  const moved = units.flatMap((unit) => movedTo(unit, PLACES[how](unit.box, around)));
  return setBoxes(fields, moved, pages);
}

/** Make the gaps between neighbours equal; `axis` is 0 (across) or 1 (down). */
export function distribute(fields, keys, axis, pages) {
  const units = unitsOf(fields, keys);
  if (units.length < 3) return fields;
  const sorted = [...units].sort((a, b) => a.box[axis] - b.box[axis]);
  const around = bounding(units.map((unit) => unit.box));
  const filled = units.reduce((sum, unit) => sum + unit.box[axis + 2], 0);
  const gap = (around[axis + 2] - filled) / (units.length - 1);
  let next = around[axis];
  const moved = sorted.flatMap((unit) => {
    const at = [unit.box[0], unit.box[1]];
    at[axis] = next;
    next += unit.box[axis + 2] + gap;
    return movedTo(unit, at);
  });
  return setBoxes(fields, moved, pages);
}

/** Give every selected box the size of the one that was selected first. */
export function sameSize(fields, keys, pages) {
  const shapes = shapesOfKeys(fields, keys);
  const first = shapes.find((shape) => shape.key === keys[0]);
  if (!first || shapes.length < 2) return fields;
  const [, , width, height] = first.box;
  const sized = shapes.map(({ key, box }) => [key, [box[0], box[1], width, height]]);
  return setBoxes(fields, sized, pages);
}

/** Grow or shrink every selected box at its right and lower edge. */
export function resizeBy(fields, keys, dx, dy, pages) {
  const sized = shapesOfKeys(fields, keys).map(({ key, field, box: [x, y, width, height] }) => {
    const page = pages[field.page - 1];
    const size = [Math.min(width + dx, page.width_px - x), Math.min(height + dy, page.height_px - y)];
    return [key, [x, y, ...size]];
  });
  return setBoxes(fields, sized, pages);
}
