/** Where boxes snap to: the edges and middles of other boxes, and printed lines. Pure. */

const REACH_CSS_PX = 6;
const MOST_REACH = 0.009; // of the page's width: with the whole page in sight a hair is a millimetre
const LEAST_SHARED = 0.5; // of a box's side that must run along a printed line to snap to it

/** How far boxes are drawn to lines, in pixels of the page. */
export const reachOf = ({ scale, page }) =>
  Math.min(REACH_CSS_PX / scale, MOST_REACH * page.width_px);

const ends = (start, size) => [start, start + size];
const edges = (start, size) => [start, start + size / 2, start + size];

/** How much of `from..to` lies within `low..high`, as a share. */
const shared = (from, to, low, high) =>
  (Math.min(to, high) - Math.max(from, low)) / Math.max(to - from, 1);

/** Printed lines, `[at, from, to]`, that run along `from..to`. */
const alongside = (lines, from, to) =>
  lines.filter(([, low, high]) => shared(from, to, low, high) >= LEAST_SHARED).map(([at]) => at);

function nearest(own, others, reach) {
  let best = null;
  for (const at of own) {
    for (const to of others) {
      const distance = Math.abs(to - at);
      if (distance <= reach && (!best || distance < best.distance)) {
        best = { distance, shift: to - at, at: to };
      }
    }
  }
  return best;
}

const closer = (a, b) => (!a ? b : !b || a.distance <= b.distance ? a : b);

/** One axis of a moved box against boxes (edges and middle) and printed lines (edges only). */
function alongAxis(start, size, boxes, lines, reach) {
  const byBox = nearest(edges(start, size), boxes.flatMap(([s, w]) => edges(s, w)), reach);
  return closer(nearest(ends(start, size), lines, reach), byBox);
}

/**
 * How to shift a moved `box` so that it meets `others` or the `printed` lines, `{vertical,
 * horizontal}`, at most `reach` pixels away. Answers the shift and the lines it snapped to.
 */
export function snap(box, others, printed, reach) {
  const [x, y, width, height] = box;
  const across = alongAxis(x, width, others.map((o) => [o[0], o[2]]),
    alongside(printed.vertical, y, y + height), reach);
  const down = alongAxis(y, height, others.map((o) => [o[1], o[3]]),
    alongside(printed.horizontal, x, x + width), reach);
  return {
    dx: across?.shift ?? 0,
    dy: down?.shift ?? 0,
    vertical: across?.at ?? null,
    horizontal: down?.at ?? null,
  };
}

/** `box` with those edges that differ from `before` snapped; of a new box (no `before`) all. */
export function snapEdges(box, before, others, printed, reach) {
  const [x, y, width, height] = box;
  const sides = [
    [x, others.flatMap((o) => ends(o[0], o[2])), alongside(printed.vertical, y, y + height)],
    [y, others.flatMap((o) => ends(o[1], o[3])), alongside(printed.horizontal, x, x + width)],
    [x + width, others.flatMap((o) => ends(o[0], o[2])), alongside(printed.vertical, y, y + height)],
    [y + height, others.flatMap((o) => ends(o[1], o[3])),
      alongside(printed.horizontal, x, x + width)],
  ];
  const old = before && [before[0], before[1], before[0] + before[2], before[1] + before[3]];
  const found = sides.map(([at, boxes, lines], i) => {
    if (old && Math.abs(old[i] - at) < 0.5) return null;
    return closer(nearest([at], lines, reach), nearest([at], boxes, reach));
  });
  const [left, top, right, bottom] = sides.map(([at], i) => found[i]?.at ?? at);
  if (right - left < 1 || bottom - top < 1) return { box, vertical: null, horizontal: null };
  return {
    box: [left, top, right - left, bottom - top],
    vertical: found[0]?.at ?? found[2]?.at ?? null,
    horizontal: found[1]?.at ?? found[3]?.at ?? null,
  };
}
