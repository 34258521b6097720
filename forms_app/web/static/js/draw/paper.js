// The canvas: takes strokes from mouse, finger or pen, and draws them and the printed boxes.

import { onThemeChange, tokenColor } from "../tokens.js";

const LEAST_STEP_PX = 1.5; // of the surface; nearer points add nothing
const LEAST_WIDTH = 0.55; // as reading/pen_strokes.py draws them
const BASELINE = 0.74;

/**
 * `surface`: {width, height, cells, isLine} in pixels of a form at 300 dpi; `strokes` as of
 * strokes.js. `onWrite` is called after every change by the pen.
 */
export function createPaper(canvas, { pen, onWrite }) {
  const context = canvas.getContext("2d");
  let surface = null;
  let strokes = null;
  let marked = [];
  let pointed = null;
  let writing = null; // the pointer that is down
  let hasPen = false;
  let isAwaited = false;

  const scale = () => canvas.clientWidth / surface.width;

  function fit() {
    if (!surface || !canvas.clientWidth) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    paint();
  }

  /** Pens report more often than the screen shows. */
  function paintSoon() {
    if (isAwaited) return;
    isAwaited = true;
    window.requestAnimationFrame(paint);
  }

  function paint() {
    isAwaited = false;
    if (!surface) return; // the page was opened for a picture
    const factor = canvas.width / surface.width;
    context.setTransform(factor, 0, 0, factor, 0, 0);
    context.clearRect(0, 0, surface.width, surface.height);
    paintPrint();
    paintMarks();
    context.strokeStyle = tokenColor("--on-paper");
    context.fillStyle = context.strokeStyle;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const stroke of strokes.all) paintStroke(stroke);
  }

  function paintPrint() {
    context.strokeStyle = tokenColor("--on-paper-accent");
    context.globalAlpha = 0.45;
    context.lineWidth = 1.5;
    for (const [x, y, width, height] of surface.cells) context.strokeRect(x, y, width, height);
    if (surface.isLine) {
      context.setLineDash([2, 6]);
      context.beginPath();
      context.moveTo(16, surface.height * BASELINE);
      context.lineTo(surface.width - 16, surface.height * BASELINE);
      context.stroke();
      context.setLineDash([]);
    }
    context.globalAlpha = 1;
  }

  /** Where characters were found, and which one is pointed at. */
  function paintMarks() {
    context.fillStyle = tokenColor("--on-paper-accent");
    for (const box of surface.isLine ? marked : []) {
      if (!box) continue;
      context.globalAlpha = 0.55;
      context.fillRect(box[0], box[1] + box[3] + 5, box[2], 2);
    }
    if (pointed) {
      const [x, y, width, height] = pointed;
      context.globalAlpha = 0.14;
      context.fillRect(x - 4, y - 4, width + 8, height + 8);
    }
    context.globalAlpha = 1;
  }

  const widthAt = (pressure) => pen * Math.max(LEAST_WIDTH, 0.5 + pressure);

  function paintStroke(stroke) {
    if (stroke.length === 1) {
      const [x, y, pressure] = stroke[0];
      context.beginPath();
      context.arc(x, y, widthAt(pressure) / 2, 0, 2 * Math.PI);
      context.fill();
      return;
    }
    for (let i = 1; i < stroke.length; i = paintRun(stroke, i)) continue;
  }

  /** One path as long as the pen's width stays, curved through the middles; answers where it ends. */
  function paintRun(stroke, from) {
    const width = (i) => (widthAt(stroke[i - 1][2]) + widthAt(stroke[i][2])) / 2;
    const middle = (i) => [(stroke[i - 1][0] + stroke[i][0]) / 2, (stroke[i - 1][1] + stroke[i][1]) / 2];
    const run = width(from);
    context.lineWidth = run;
    context.beginPath();
    context.moveTo(...(from === 1 ? stroke[0] : middle(from)).slice(0, 2));
    let i = from;
    while (i < stroke.length && width(i) === run) {
      const [x, y] = stroke[i];
      if (i === stroke.length - 1) context.lineTo(x, y);
      else context.quadraticCurveTo(x, y, ...middle(i + 1));
      i += 1;
    }
    context.stroke();
    return i;
  }

  function pointOf(event) {
    const place = canvas.getBoundingClientRect();
    const round = (value) => Math.round(value * 10) / 10;
    // Mice report half pressure while a button is down, fingers often none at all.
    const pressure = event.pressure > 0 ? event.pressure : 0.5;
    return [
      round((event.clientX - place.left) / scale()),
      round((event.clientY - place.top) / scale()),
      Math.round(pressure * 100) / 100,
    ];
  }

  function begin(event) {
    // While someone writes with a pen, the hand that rests on the glass writes nothing.
    hasPen ||= event.pointerType === "pen";
    if (writing !== null || event.button !== 0 || (hasPen && event.pointerType === "touch")) return;
    event.preventDefault();
    writing = event.pointerId;
    canvas.setPointerCapture(writing);
    strokes.begin(pointOf(event));
    pointed = null;
    paint();
    onWrite();
  }

  function go(event) {
    if (event.pointerId !== writing) return;
    const events = event.getCoalescedEvents?.() ?? [];
    let isLonger = false;
    for (const each of events.length > 0 ? events : [event]) {
      const point = pointOf(each);
      const last = strokes.all.at(-1).at(-1);
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) < LEAST_STEP_PX) continue;
      strokes.extend(point);
      isLonger = true;
    }
    if (!isLonger) return;
    paintSoon();
    onWrite();
  }

  function end(event) {
    if (event.pointerId !== writing) return;
    writing = null;
    paint();
    onWrite();
  }

  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", go);
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  // Long presses on a tablet would open a menu in the middle of a character.
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  new ResizeObserver(fit).observe(canvas);
  onThemeChange(paint);

  return {
    get isWriting() {
      return writing !== null;
    },
    show(nextSurface, nextStrokes) {
      surface = nextSurface;
      strokes = nextStrokes;
      marked = [];
      pointed = null;
      fit();
    },
    /** Boxes of the characters found, to be shown under the line. */
    mark(boxes) {
      marked = boxes;
      if (writing === null) paint();
    },
    point(box) {
      pointed = box;
      if (writing === null) paint();
    },
  };
}
