/** A picture drawn bent, as a net of triangles: style sheets can only lay it flat. */

const COLUMNS = 14;
const ROWS = 20;
const OVERLAP_PX = 0.7;

/** Corners a little outward, so that no seam shows between two triangles. */
function grown(corners) {
  const centre = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 3);
  return corners.map(([x, y]) => {
    const [dx, dy] = [x - centre[0], y - centre[1]];
    const length = Math.hypot(dx, dy) || 1;
    return [x + (dx / length) * OVERLAP_PX, y + (dy / length) * OVERLAP_PX];
  });
}

function drawTriangle(context, image, from, to) {
  const [[x0, y0], [x1, y1], [x2, y2]] = from;
  const [[u0, v0], [u1, v1], [u2, v2]] = to;
  const whole = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  const a = ((u1 - u0) * (y2 - y0) - (u2 - u0) * (y1 - y0)) / whole;
  const c = ((u2 - u0) * (x1 - x0) - (u1 - u0) * (x2 - x0)) / whole;
  const b = ((v1 - v0) * (y2 - y0) - (v2 - v0) * (y1 - y0)) / whole;
  const d = ((v2 - v0) * (x1 - x0) - (v1 - v0) * (x2 - x0)) / whole;
  context.save();
  context.beginPath();
  for (const [u, v] of grown(to)) context.lineTo(u, v);
  context.closePath();
  context.clip();
  context.transform(a, b, c, d, u0 - a * x0 - c * y0, v0 - b * x0 - d * y0);
  context.drawImage(image, 0, 0);
  context.restore();
}

/** Draw `image` onto `canvas`, of the size of its element; `place` takes shares to its pixels. */
export function drawMesh(canvas, image, place) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const net = Array.from({ length: ROWS + 1 }, (_, row) =>
    Array.from({ length: COLUMNS + 1 }, (__, column) => {
      const share = [column / COLUMNS, row / ROWS];
      const from = [share[0] * image.naturalWidth, share[1] * image.naturalHeight];
      return { from, to: place(share) };
    }));
  const draw = (...corners) => drawTriangle(
    context, image, corners.map((corner) => corner.from), corners.map((corner) => corner.to));
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const [upper, lower] = [net[row], net[row + 1]];
      draw(upper[column], upper[column + 1], lower[column]);
      draw(upper[column + 1], lower[column + 1], lower[column]);
    }
  }
}
