/** Boxes are `[x, y, width, height]` in template pixels; everything here is pure. */

export const MIN_SIZE_PX = 8;

export const round = (box) => box.map(Math.round);

/** The box spanned by two corners, in any order. */
export function spanned(a, b) {
  return [
    Math.min(a.x, b.x),
    Math.min(a.y, b.y),
    Math.abs(a.x - b.x),
    Math.abs(a.y - b.y),
  ];
}

/** The smallest box around all `boxes`. */
export function bounding(boxes) {
  const left = Math.min(...boxes.map((b) => b[0]));
  const top = Math.min(...boxes.map((b) => b[1]));
  const right = Math.max(...boxes.map((b) => b[0] + b[2]));
  const bottom = Math.max(...boxes.map((b) => b[1] + b[3]));
  return [left, top, right - left, bottom - top];
}

export function overlaps(a, b) {
  return a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
}

/** `box` pushed (and, where it is larger, cut) so that it lies on the page, in whole pixels. */
export function inside(box, page) {
  const [x, y, width, height] = round(box);
  const w = Math.min(Math.max(width, MIN_SIZE_PX), page.width_px);
  const h = Math.min(Math.max(height, MIN_SIZE_PX), page.height_px);
  return [
    Math.min(Math.max(x, 0), page.width_px - w),
    Math.min(Math.max(y, 0), page.height_px - h),
    w,
    h,
  ];
}

/** The part of a drawn box that lies on the page. */
export function clipped(box, page) {
  const left = Math.max(0, box[0]);
  const top = Math.max(0, box[1]);
  const right = Math.min(page.width_px, box[0] + box[2]);
  const bottom = Math.min(page.height_px, box[1] + box[3]);
  return round([left, top, Math.max(0, right - left), Math.max(0, bottom - top)]);
}

/** How far a group may move without any of it leaving the page. */
export function limitedMove(group, dx, dy, page) {
  return [
    Math.min(Math.max(dx, -group[0]), page.width_px - group[0] - group[2]),
    Math.min(Math.max(dy, -group[1]), page.height_px - group[1] - group[3]),
  ];
}

/** `inner` carried along when its container changes from `before` to `after`. */
export function carried(inner, before, after) {
  const sx = after[2] / before[2];
  const sy = after[3] / before[3];
  return round([
    after[0] + (inner[0] - before[0]) * sx,
    after[1] + (inner[1] - before[1]) * sy,
    inner[2] * sx,
    inner[3] * sy,
  ]);
}

/** `count` equal boxes side by side. */
export function divided([x, y, width, height], count) {
  return Array.from({ length: count }, (_, i) => [
    x + (width * i) / count,
    y,
    width / count,
    height,
  ]);
}

/** A comb's likely number of cells: they are printed a little higher than wide. */
export function likelyCells([, , width, height]) {
  return Math.min(Math.max(Math.round(width / (height * 0.8 || 1)), 1), 60);
}
