/** Repeating fields in rows and columns with numbered names, as pure functions. */

import { cloned, freeName } from "./fields.js";
import { bounding } from "./geometry.js";
import { extentOf, fieldsOfKeys, keysOf, shifted } from "./model.js";

export const MOST_COPIES = 1000;
const GAP_PX = 12;

/** `stem_{row}`, `stem_{col}` or both: as many numbers as the grid has directions. */
export function namePattern(stem, rows, columns, [row, column, joint] = ["_{row}", "_{col}", ""]) {
  if (rows > 1 && columns > 1) return `${stem}${row}${joint}${column}`;
  return `${stem}${columns > 1 ? column : row}`;
}

/** A pattern with its numbers: `{row}` and `{col}` count from 1, `{n}` over all, `{name}` is kept. */
export function numbered(pattern, { row, col, n, name }) {
  const words = { row, col, n, name };
  return pattern.replace(/\{(row|col|n|name)\}/g, (_, word) => words[word]);
}

/**
 * What is repeated, and how far apart. Of exactly two fields of one size and kind the second says
 * where the next of its row, column or both lies: it becomes part of the grid (`absorbed`).
 */
export function startingPoint(fields, keys) {
  const chosen = fieldsOfKeys(fields, keys);
  if (chosen.length === 2) {
    const [first, second] = [...chosen].sort((a, b) => {
      const [p, q] = [extentOf(a), extentOf(b)];
      return p[0] + p[1] - q[0] - q[1];
    });
    const [p, q] = [extentOf(first), extentOf(second)];
    const isAlike = first.kind === second.kind && Math.abs(p[2] - q[2]) <= 0.2 * p[2] &&
      Math.abs(p[3] - q[3]) <= 0.2 * p[3];
    const [dx, dy] = [q[0] - p[0], q[1] - p[1]];
    const isNext = Math.abs(dx) >= p[2] * 0.8 || Math.abs(dy) >= p[3] * 0.8;
    if (isAlike && isNext && dx > -p[2] / 2 && dy > -p[3] / 2) {
      const isAcross = dx >= p[2] * 0.8;
      const isDown = dy >= p[3] * 0.8;
      return {
        base: [first],
        absorbed: [second.id],
        step: [isAcross ? dx : p[2] + GAP_PX, isDown ? dy : p[3] + GAP_PX],
        rows: isDown ? 2 : 1,
        columns: isAcross ? 2 : 1,
      };
    }
  }
  const [, , width, height] = bounding(chosen.map(extentOf));
  return { base: chosen, absorbed: [], step: [width + GAP_PX, height + GAP_PX], rows: 2, columns: 1 };
}

/** The boxes of each place of the grid, row by row; the first is where the base lies. */
export function gridOffsets({ rows, columns, step: [dx, dy] }) {
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return { row: row + 1, col: column + 1, n: i + 1, dx: column * dx, dy: row * dy };
  });
}

/** Whether all of the grid lies on the page. */
export function fitsPage(base, plan, page) {
  const [x, y, width, height] = bounding(base.map(extentOf));
  const last = gridOffsets(plan).at(-1);
  return x + last.dx + width <= page.width_px && y + last.dy + height <= page.height_px &&
    x + Math.min(last.dx, 0) >= 0 && y + Math.min(last.dy, 0) >= 0;
}

/**
 * Fields with the grid in place of its base. `plan` has `base`, `absorbed`, `rows`, `columns`,
 * `step`, `name` and `label` patterns. Answers the fields and the keys of the grid.
 */
export function repeated(fields, plan) {
  const baseIds = new Set(plan.base.map((field) => field.id));
  const gone = new Set(plan.absorbed);
  const others = fields.filter((field) => !baseIds.has(field.id) && !gone.has(field.id));
  const grid = [];
  for (const place of gridOffsets(plan)) {
    for (const field of plan.base) {
      const taken = [...others, ...grid];
      const copy = place.n === 1 ? field : cloned(field, taken);
      const words = { ...place, name: field.name };
      const name = freeName(numbered(plan.name, words), taken);
      const label = numbered(plan.label, { ...words, name: field.label });
      grid.push({ ...shifted(copy, place.dx, place.dy), name, label });
    }
  }
  const at = fields.findIndex((field) => baseIds.has(field.id));
  const before = fields.slice(0, at).filter((field) => !gone.has(field.id));
  return {
    fields: [...before, ...grid, ...others.filter((field) => !before.includes(field))],
    keys: grid.flatMap(keysOf),
  };
}
