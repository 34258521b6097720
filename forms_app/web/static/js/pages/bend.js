/**
 * What more than four points ask for beyond a map: a thin-plate spline (Bookstein, 1989) over what
 * the map leaves at each of them. All in template pixels; everything here is pure.
 */

import { apply, inverse, solve } from "./homography.js";

/** Points are placed within a few pixels: the sheet need not crease to meet each exactly. */
const SOFTNESS = 1e-4;
const UNIT_PX = 1000;
const INVERSE_ROUNDS = 12;

function kernel([ax, ay], [bx, by]) {
  const squared = ((ax - bx) ** 2 + (ay - by) ** 2) / UNIT_PX ** 2;
  return squared ? squared * Math.log(squared) : 0;
}

/** The spline's shift at any point; null where the pins lie in a line. */
function splineThrough(places, shifts) {
  const count = places.length;
  const side = ([x, y]) => [1, x / UNIT_PX, y / UNIT_PX];
  const rows = [
    ...places.map((place, i) => [
      ...places.map((other, j) => kernel(place, other) + (i === j ? SOFTNESS : 0)),
      ...side(place),
    ]),
    ...[0, 1, 2].map((axis) => [...places.map((place) => side(place)[axis]), 0, 0, 0]),
  ];
  const [dx, dy] = [0, 1].map((axis) =>
    solve(rows, [...shifts.map((shift) => shift[axis]), 0, 0, 0]));
  if (!dx || !dy) return null;
  return (point) => {
    const values = [...places.map((place) => kernel(point, place)), ...side(point)];
    return [dx, dy].map((weights) =>
      values.reduce((sum, value, i) => sum + value * weights[i], 0));
  };
}

/**
 * The way from shares of the scan to template pixels and back, bent to the pins `{scan, target}`;
 * up to four of them are met by the map alone.
 */
export function wayThrough(map, pins) {
  const straight = {
    isBent: false,
    to: (share) => apply(map, share),
    from: (place) => apply(inverse(map), place),
  };
  if (pins.length <= 4) return straight;
  const places = pins.map((pin) => apply(map, pin.scan));
  const shift = splineThrough(places, pins.map((pin, i) =>
    [pin.target[0] - places[i][0], pin.target[1] - places[i][1]]));
  if (!shift) return straight;
  const moved = ([x, y]) => {
    const [dx, dy] = shift([x, y]);
    return [x + dx, y + dy];
  };
  return {
    isBent: true,
    to: (share) => moved(apply(map, share)),
    from(place) {
      let at = place;
      for (let round = 0; round < INVERSE_ROUNDS; round += 1) {
        const [x, y] = moved(at);
        at = [at[0] + place[0] - x, at[1] + place[1] - y];
      }
      return apply(inverse(map), at);
    },
  };
}
