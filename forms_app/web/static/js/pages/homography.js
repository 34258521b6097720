/**
 * Projective maps as nine numbers, row by row; points are `[x, y]`. Everything here is pure.
 * A map takes shares of the scan (0..1) to pixels of the template.
 */

export function multiply(a, b) {
  const product = [];
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      product.push(
        a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] + a[3 * row + 2] * b[6 + column],
      );
    }
  }
  return product;
}

export function apply(m, [x, y]) {
  const depth = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / depth, (m[3] * x + m[4] * y + m[5]) / depth];
}

export function inverse([a, b, c, d, e, f, g, h, i]) {
  const first = e * i - f * h;
  const second = f * g - d * i;
  const third = d * h - e * g;
  const whole = a * first + b * second + c * third;
  return [
    first, c * h - b * i, b * f - c * e,
    second, a * i - c * g, c * d - a * f,
    third, b * g - a * h, a * e - b * d,
  ].map((value) => value / whole);
}

/** Solve a square system by Gauss with pivots; null where it has no single answer. */
export function solve(matrix, right) {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    }
    if (Math.abs(rows[pivot][column]) < 1e-12) return null;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let k = column; k <= size; k += 1) rows[row][k] -= factor * rows[column][k];
    }
  }
  return rows.map((row, i) => row[size] / row[i]);
}

/** Least squares: `rows` and `values` of any number, by the normal equations. */
function leastSquares(rows, values) {
  const size = rows[0].length;
  const normal = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)));
  const right = Array.from({ length: size }, (_, i) =>
    rows.reduce((sum, row, k) => sum + row[i] * values[k], 0));
  return solve(normal, right);
}

const extentOf = (points) => Math.max(1, ...points.flat().map(Math.abs));

/** The map that takes `from[i]` to `to[i]`, four pairs or more; null where they lie in a line. */
export function homography(from, to) {
  // In numbers of size 1 the normal equations keep their digits.
  const scale = extentOf(to);
  const rows = [];
  const values = [];
  from.forEach(([x, y], i) => {
    const [u, v] = to[i].map((value) => value / scale);
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]);
    values.push(u, v);
  });
  const found = leastSquares(rows, values);
  return found && multiply([scale, 0, 0, 0, scale, 0, 0, 0, 1], [...found, 1]);
}

/** What moves `from` onto `to`: one pair shifts, two turn and size as well, three shear too. */
function correction(from, to) {
  if (from.length === 1) {
    return [1, 0, to[0][0] - from[0][0], 0, 1, to[0][1] - from[0][1], 0, 0, 1];
  }
  if (from.length === 2) {
    const rows = from.flatMap(([x, y]) => [[x, -y, 1, 0], [y, x, 0, 1]]);
    const found = solve(rows, to.flat());
    if (!found) return null;
    const [a, b, c, d] = found;
    return [a, -b, c, b, a, d, 0, 0, 1];
  }
  const rows = from.map(([x, y]) => [x, y, 1]);
  const across = solve(rows, to.map(([x]) => x));
  const down = solve(rows, to.map(([, y]) => y));
  return across && down && [...across, ...down, 0, 0, 1];
}

/** `base`, changed so that the set pins (`scan`, `target`) lie where they were put. */
export function mapThrough(base, pins) {
  if (!pins.length) return base;
  const targets = pins.map((pin) => pin.target);
  if (pins.length >= 4) return homography(pins.map((pin) => pin.scan), targets) ?? base;
  const change = correction(pins.map((pin) => apply(base, pin.scan)), targets);
  return change ? multiply(change, base) : base;
}

/** A quarter turn about a point, clockwise for 1, the other way for -1. */
export function turnAbout([x, y], direction) {
  const turn = [0, -direction, 0, direction, 0, 0, 0, 0, 1];
  return multiply([1, 0, x, 0, 1, y, 0, 0, 1], multiply(turn, [1, 0, -x, 0, 1, -y, 0, 0, 1]));
}

/** A map as CSS wants it. */
export function toCss([a, b, c, d, e, f, g, h, i]) {
  return `matrix3d(${[a, d, 0, g, b, e, 0, h, 0, 0, 1, 0, c, f, 0, i].join(",")})`;
}
