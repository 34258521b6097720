/** The desk: scan, form's lines and points, seen through one window that zooms and pans. */

import { multiply, toCss } from "./homography.js";
import { drawMesh } from "./mesh.js";

const MARGIN = 32;
const STEP = 1.2;
const HANDLE_PX = 8;
const LEAST_MOVE_PX = 3;

/**
 * Pictures are elements that CSS lays: the graphics card warps the scan while a point is dragged;
 * where points bend it, it is drawn onto the canvas `bent`.
 * Konva draws the points and the fields that lie badly on a transparent stage above.
 */
export function createDesk({ desk, scan, bent, laid, lines, container, pins }) {
  const { Konva } = window;
  const stage = new Konva.Stage({ container, width: 100, height: 100 });
  const layer = new Konva.Layer();
  stage.add(layer);
  const view = { scale: 1, x: 0, y: 0, width: 1, height: 1 };
  let boxes = [];
  let shown = "scan";
  let held = null;

  const window_ = () => [view.scale, 0, view.x, 0, view.scale, view.y, 0, 0, 1];
  const onScreen = ([x, y]) => [view.x + x * view.scale, view.y + y * view.scale];
  const ink = (name) => getComputedStyle(desk).getPropertyValue(name);
  const toPage = ({ x, y }) => [(x - view.x) / view.scale, (y - view.y) / view.scale];

  function layPicture(image, map) {
    if (!image.naturalWidth) return;
    const unit = [1 / image.naturalWidth, 0, 0, 0, 1 / image.naturalHeight, 0, 0, 0, 1];
    image.style.transform = toCss(multiply(window_(), multiply(map, unit)));
  }

  function render() {
    layPicture(scan, pins.map);
    layPicture(laid, [view.width, 0, 0, 0, view.height, 0, 0, 0, 1]);
    const isBent = shown === "scan" && pins.way.isBent;
    scan.hidden = shown !== "scan" || isBent || !scan.naturalWidth;
    bent.hidden = !isBent;
    if (isBent) drawMesh(bent, scan, (share) => onScreen(pins.way.to(share)));
    laid.hidden = shown !== "laid";
    const factor = (view.scale * view.width) / Math.max(1, lines.width);
    lines.style.transform = `translate(${view.x}px, ${view.y}px) scale(${factor})`;
    drawMarks();
  }

  function drawMarks() {
    layer.destroyChildren();
    for (const { box: [x, y, width, height] } of boxes) {
      layer.add(new Konva.Rect({
        x: view.x + x * view.scale, y: view.y + y * view.scale,
        width: width * view.scale, height: height * view.scale,
        stroke: "#b3261e", strokeWidth: 2, dash: [6, 4],
      }));
    }
    if (shown === "scan") for (const handle of pins.handles) layer.add(markOf(handle));
    layer.batchDraw();
  }

  function markOf({ pin, corner, at, isSet }) {
    const mark = new Konva.Circle({
      x: view.x + at[0] * view.scale, y: view.y + at[1] * view.scale,
      radius: pin && pin === pins.chosen ? HANDLE_PX + 3 : HANDLE_PX,
      fill: isSet ? ink("--on-paper-written") : "#ffffff",
      stroke: isSet ? "#ffffff" : ink("--on-paper-written"), strokeWidth: 2,
      hitStrokeWidth: 14, shadowColor: "#000000", shadowBlur: 4, shadowOpacity: 0.4,
    });
    mark.setAttr("held", { pin, corner });
    return mark;
  }

  const here = (event) => {
    const area = container.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };

  function isOnScan(at) {
    return pins.way.from(toPage(at)).every((share) => share >= 0 && share <= 1);
  }

  function down(event) {
    container.focus({ preventScroll: true });
    const at = here(event);
    const grip = stage.getIntersection(at)?.getAttr("held");
    const pans = event.button === 1 || shown !== "scan" || !(grip || isOnScan(at));
    held = { pans, at, ...grip };
    if (held.pin) pins.choose(held.pin);
    container.setPointerCapture(event.pointerId);
    container.classList.add("is-holding");
    event.preventDefault();
  }

  function move(event) {
    if (!held) return;
    const at = here(event);
    if (held.pans) {
      view.x += at.x - held.at.x;
      view.y += at.y - held.at.y;
      held.at = at;
      render();
      return;
    }
    const far = Math.hypot(at.x - held.at.x, at.y - held.at.y) >= LEAST_MOVE_PX;
    if (!held.pin && !far) return;
    held.pin ??= pins.take(toPage(held.at), held.corner ?? null);
    pins.move(held.pin, toPage(at));
  }

  function letGo() {
    held = null;
    container.classList.remove("is-holding");
  }

  function up() {
    // What lies right already is held there by a click.
    if (held && !held.pans && !held.pin) pins.take(toPage(held.at), held.corner ?? null);
    letGo();
  }

  function zoomTo(scale, at = { x: stage.width() / 2, y: stage.height() / 2 }) {
    const next = Math.min(Math.max(scale, 0.05), 6);
    view.x = at.x - ((at.x - view.x) * next) / view.scale;
    view.y = at.y - ((at.y - view.y) * next) / view.scale;
    view.scale = next;
    render();
  }

  function wheel(event) {
    event.preventDefault();
    if (event.shiftKey) {
      view.x -= event.deltaY;
      render();
    } else zoomTo(view.scale * STEP ** (-Math.sign(event.deltaY)), here(event));
  }

  function fit() {
    const width = (stage.width() - 2 * MARGIN) / view.width;
    view.scale = Math.min(width, (stage.height() - 2 * MARGIN) / view.height);
    view.x = (stage.width() - view.width * view.scale) / 2;
    view.y = (stage.height() - view.height * view.scale) / 2;
    render();
  }

  container.addEventListener("pointerdown", down);
  container.addEventListener("pointermove", move);
  container.addEventListener("pointerup", up);
  container.addEventListener("pointercancel", letGo);
  container.addEventListener("wheel", wheel, { passive: false });
  container.addEventListener("auxclick", (event) => event.preventDefault());
  new ResizeObserver(() => {
    stage.size({ width: desk.clientWidth, height: desk.clientHeight });
    fit();
  }).observe(desk);

  return {
    render,
    fit,
    zoomBy: (steps) => zoomTo(view.scale * STEP ** steps),
    centre: () => toPage({ x: stage.width() / 2, y: stage.height() / 2 }),
    /** How many template pixels one pixel of the screen is. */
    get pixel() {
      return 1 / view.scale;
    },
    resizeTo([width, height]) {
      Object.assign(view, { width, height });
      fit();
    },
    toggleLines() {
      lines.hidden = !lines.hidden;
      return !lines.hidden;
    },
    showScan() {
      shown = "scan";
      boxes = [];
      render();
    },
    /** Show the page as it is laid, with the fields that lie badly. */
    async showLaid(url, poor = []) {
      laid.src = url;
      await laid.decode();
      shown = "laid";
      boxes = poor;
      render();
    },
  };
}
