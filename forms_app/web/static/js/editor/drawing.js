/** Pointer work on the page: drawing boxes, selecting with a frame, panning, zooming. */

import { newField } from "./fields.js";
import { clipped, inside, likelyCells, overlaps, spanned } from "./geometry.js";
import { addOption, extentOf, keysOf, parseKey, shapesOn } from "./model.js";
import { inkOf } from "./palette.js";

const LEAST_CSS_PX = 6;
const DEFAULT_BOX = {
  comb: [600, 70], line: [600, 80], mark: [40, 40], choice: [40, 40],
  signature: [700, 180], image: [900, 400],
};

/** The choice whose next option is being drawn: the one selected, if it is on this page. */
export function growingChoice(state) {
  const ids = new Set(state.selection.map((key) => parseKey(key).id));
  if (ids.size !== 1) return null;
  const field = state.fields.find((each) => ids.has(each.id));
  return field?.options && field.page === state.page ? field : null;
}

/** Add what a drawn box becomes; answers the keys to select. */
export function addDrawn(state, box) {
  const choice = state.tool === "choice" ? growingChoice(state) : null;
  if (choice) return addOption(state.fields, choice.id, box);
  const field = newField(state.tool, box, state.page, state.fields);
  return { fields: [...state.fields, field], keys: keysOf(field) };
}

/** The usual size for a tool: that of the latest box of its kind, else a default. */
function usualSize(state) {
  const alike = state.fields.filter((field) =>
    state.tool === "choice" ? field.options : field.kind === state.tool);
  const last = alike.at(-1);
  if (!last) return DEFAULT_BOX[state.tool];
  const box = last.options ? last.options.at(-1).box : extentOf(last);
  return [box[2], box[3]];
}

export function createDrawing({ stage, store, viewport, shapes, pages, announce, onDrawn }) {
  const { Konva } = window;
  let gesture = null;
  let spaceHeld = false;
  const layer = new Konva.Layer({ listening: false });
  const frame = new Konva.Shape({ visible: false, sceneFunc: drawFrame });
  layer.add(frame);
  stage.add(layer);
  const container = stage.container();

  function drawFrame(context) {
    if (!gesture?.box) return;
    const canvas = context._context;
    const css = 1 / viewport.view.scale;
    const [x, y, width, height] = gesture.box;
    const { tool } = store.state;
    canvas.strokeStyle = inkOf("selected");
    canvas.fillStyle = inkOf("selected");
    canvas.globalAlpha = 0.12;
    canvas.fillRect(x, y, width, height);
    canvas.globalAlpha = 1;
    canvas.lineWidth = css;
    if (tool === "select") canvas.setLineDash([4 * css, 3 * css]);
    canvas.strokeRect(x, y, width, height);
    if (tool !== "comb") return;
    const cells = likelyCells(gesture.box);
    for (let i = 1; i < cells; i += 1) {
      canvas.strokeRect(x + (width * i) / cells, y, 0, height);
    }
  }

  const here = (event) => {
    const area = container.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };

  function start(event) {
    container.focus({ preventScroll: true });
    const at = here(event);
    const pans = event.button === 1 || (event.button === 0 && spaceHeld);
    if (pans) {
      gesture = { kind: "pan", at };
      container.classList.add("is-panning");
      event.preventDefault();
      event.stopPropagation();
    } else if (event.button === 0) {
      startWork(event, at);
    }
    if (gesture) container.setPointerCapture(event.pointerId);
  }

  function startWork(event, at) {
    const { tool, readOnly, selection } = store.state;
    if (tool !== "select") {
      gesture = { kind: "draw", from: viewport.toPage(at) };
      return;
    }
    if (isHandle(at)) return;
    const key = shapes.keyAt(at);
    if (key === null) {
      const kept = event.shiftKey ? selection : [];
      if (!event.shiftKey && selection.length) store.set({ selection: [] });
      gesture = { kind: "frame", from: viewport.toPage(at), kept };
      return;
    }
    const has = selection.includes(key);
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      store.set({ selection: has ? selection.filter((each) => each !== key) : [...selection, key] });
    } else if (!has) {
      store.set({ selection: [key] });
    }
    if (readOnly) gesture = null;
  }

  const isHandle = (at) => stage.getIntersection(at)?.getParent() instanceof Konva.Transformer;

  function move(event) {
    if (!gesture) return;
    const at = here(event);
    if (gesture.kind === "pan") {
      viewport.panBy(at.x - gesture.at.x, at.y - gesture.at.y);
      gesture.at = at;
      return;
    }
    gesture.box = clipped(spanned(gesture.from, viewport.toPage(at)), pages[store.state.page - 1]);
    if (gesture.kind === "frame") selectFramed();
    frame.visible(true);
    layer.batchDraw();
  }

  function selectFramed() {
    const { fields, page } = store.state;
    const framed = shapesOn(fields, page)
      .filter((shape) => overlaps(shape.box, gesture.box))
      .map((shape) => shape.key);
    store.set({ selection: [...new Set([...gesture.kept, ...framed])] });
  }

  function end() {
    const done = gesture;
    gesture = null;
    container.classList.remove("is-panning");
    frame.visible(false);
    layer.batchDraw();
    if (done?.kind === "draw") finishDrawing(done);
  }

  function finishDrawing({ box, from }) {
    const least = LEAST_CSS_PX / viewport.view.scale;
    if (box && box[2] >= least && box[3] >= least) place(box);
    else placeAt(from);
  }

  /** A click draws a box of the usual size around the pointer. */
  function placeAt(point) {
    const [width, height] = usualSize(store.state);
    place([point.x - width / 2, point.y - height / 2, width, height]);
  }

  function place(box) {
    const { state } = store;
    const placed = inside(box, pages[state.page - 1]);
    const { fields, keys } = addDrawn(state, placed);
    store.edit(fields, { selection: keys });
    store.set({ selection: keys, tool: state.tool === "choice" ? "choice" : "select" });
    announce(`Drew a ${state.tool} box.`);
    onDrawn(state.tool);
  }

  function wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      viewport.zoomBy(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY) / 60, 1), here(event));
    } else if (event.shiftKey) {
      viewport.panBy(-event.deltaY, 0);
    } else {
      viewport.panBy(-event.deltaX, -event.deltaY);
    }
  }

  container.addEventListener("pointerdown", start, { capture: true });
  container.addEventListener("pointermove", move);
  container.addEventListener("pointerup", end);
  container.addEventListener("pointercancel", end);
  container.addEventListener("wheel", wheel, { passive: false });
  container.addEventListener("auxclick", (event) => event.preventDefault());

  return {
    holdSpace(held) {
      spaceHeld = held;
      container.classList.toggle("can-pan", held);
    },
    /** Without a mouse: a box of the usual size in the middle of what is seen. */
    placeInView: () => placeAt(viewport.centre()),
    cancel() {
      gesture = null;
      frame.visible(false);
      layer.batchDraw();
    },
  };
}
