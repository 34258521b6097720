/** Boxes and combs found among the printed lines of a blank, around a box or a point. Pure. */

const SAME_LINE_PX = 5;
const CROSSES = 0.6; // of a box's height that a divider must cross
const REGULAR = 0.22; // how much the widths of a comb's cells may differ
const GAP = 0.75; // narrower than this share of a cell is a gap between groups of cells
const MOST_CELLS = 200;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Positions with those of one thick or doubled line joined. */
function merged(positions) {
  const found = [];
  for (const at of [...positions].sort((a, b) => a - b)) {
    if (found.length && at - found.at(-1) <= SAME_LINE_PX) continue;
    found.push(at);
  }
  return found;
}

/** Where vertical lines cross most of the height `top..bottom`. */
function dividers({ vertical }, top, bottom) {
  const room = bottom - top;
  return merged(vertical.filter(([, from, to]) =>
    Math.min(to, bottom) - Math.max(from, top) >= CROSSES * room).map(([x]) => x));
}

/** The nearest horizontal line above and below that covers the middle of `left..right`. */
function rails({ horizontal }, middle, left, right) {
  const covering = horizontal.filter(([, from, to]) =>
    Math.min(to, right) - Math.max(from, left) >= CROSSES * (right - left)).map(([y]) => y);
  return {
    above: Math.max(...covering.filter((y) => y <= middle)),
    below: Math.min(...covering.filter((y) => y > middle)),
  };
}

/** Cells between dividers: all of one width, or in groups with narrow gaps; null when unclear. */
function cellsBetween(lines) {
  const widths = lines.slice(1).map((x, i) => x - lines[i]);
  const widest = Math.max(...widths);
  const usual = median(widths.filter((width) => width > GAP * widest));
  const isCell = (width) => Math.abs(width - usual) <= REGULAR * usual;
  if (!widths.every((width) => isCell(width) || width < GAP * usual)) return null;
  const cells = widths.flatMap((width, i) => (isCell(width) ? [[lines[i], width]] : []));
  const gaps = widths.length - cells.length;
  return cells.length >= 2 && gaps < cells.length ? { cells, isEven: gaps === 0 } : null;
}

function asComb(lines, top, bottom) {
  const found = cellsBetween(lines);
  if (!found || found.cells.length > MOST_CELLS) return null;
  const first = found.cells[0];
  const last = found.cells.at(-1);
  const height = bottom - top;
  return {
    box: [first[0], top, last[0] + last[1] - first[0], height],
    cells: found.isEven ? found.cells.length : found.cells.map(([x, w]) => [x, top, w, height].map(Math.round)),
  };
}

/**
 * The printed comb that a drawn `box` means: its dividers inside the box, its rails near the box's
 * edges. Answers `{box, cells}` (a count, or boxes where the comb has gaps), or null.
 */
export function combIn([x, y, width, height], printed) {
  const slack = height * 0.4;
  const lines = dividers(printed, y + height * 0.2, y + height * 0.8)
    .filter((at) => at >= x - slack && at <= x + width + slack);
  if (lines.length < 3) return null;
  const { above, below } = rails(printed, y + height / 2, lines[0], lines.at(-1));
  const top = Math.abs(above - y) <= height * 0.5 ? above : y;
  const bottom = Math.abs(below - y - height) <= height * 0.5 ? below : y + height;
  return asComb(lines, top, bottom);
}

/** The printed box around a point, `[x, y, width, height]`, no larger than `most`; or null. */
export function boxAround({ x, y }, printed, most) {
  const verticals = printed.vertical.filter(([, from, to]) => from <= y && to >= y).map(([at]) => at);
  const left = Math.max(...verticals.filter((at) => at <= x));
  const right = Math.min(...verticals.filter((at) => at > x));
  if (!Number.isFinite(right - left) || right - left > most[0]) return null;
  const { above, below } = rails(printed, y, left, right);
  const height = below - above;
  if (!Number.isFinite(height) || height > most[1]) return null;
  return [left, above, right - left, height];
}

/** The printed comb that has a cell around a point: its neighbours of the same width join it. */
export function combAround(point, printed, most) {
  const cell = boxAround(point, printed, [most[1] * 2, most[1]]);
  if (!cell) return null;
  const [x, top, width, height] = cell;
  const lines = dividers(printed, top + height * 0.2, top + height * 0.8);
  const isNext = (gap) => Math.abs(gap - width) <= REGULAR * width;
  let [low, high] = [lines.findLastIndex((at) => at <= x + 1), lines.findIndex((at) => at >= x + width - 1)];
  if (low < 0 || high < 0) return null;
  while (low > 0 && isNext(lines[low] - lines[low - 1])) low -= 1;
  while (high < lines.length - 1 && isNext(lines[high + 1] - lines[high])) high += 1;
  return high - low < 2 ? null : asComb(lines.slice(low, high + 1), top, top + height);
}
