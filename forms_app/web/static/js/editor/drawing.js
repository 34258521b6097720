/** Pointer work on the page: drawing boxes, selecting with a frame, moving the page. */

import { t } from "../i18n.js";
import { clipped, inside, overlaps, spanned } from "./geometry.js";
import { createFrame } from "./frame.js";
import { shapesOn } from "./model.js";
import { addDrawn, fromClick, fromDrag } from "./placing.js";
import { reachOf } from "./snapping.js";
import { bindPinch, bindWheel } from "./wheel.js";

const LEAST_CSS_PX = 6;

/** `printed(page)` answers the printed lines of a page, or null where they are not known. */
export function createDrawing({
  stage, store, viewport, shapes, pages, printed, announce, onDrawn,
}) {
  const { Konva } = window;
  let gesture = null;
  let spaceHeld = false;
  const frame = createFrame(stage, viewport);
  const container = stage.container();

  const here = (event) => {
    const area = container.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };
  const shownPage = () => pages[store.state.page - 1];

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
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    if (key === null) {
      if (!adds && selection.length) store.set({ selection: [] });
      gesture = { kind: "frame", from: viewport.toPage(at), kept: adds ? selection : [] };
    } else if (adds) {
      store.set({ selection: toggled(selection, [key]) });
    } else if (!selection.includes(key)) {
      store.set({ selection: [key] });
    }
    if (readOnly && key !== null) gesture = null;
  }

  const toggled = (selection, keys) => [
    ...selection.filter((key) => !keys.includes(key)),
    ...keys.filter((key) => !selection.includes(key)),
  ];

  const isHandle = (at) => stage.getIntersection(at)?.getParent() instanceof Konva.Transformer;

  function move(event) {
    if (!gesture) return;
    const at = here(event);
    if (gesture.kind === "pan") {
      viewport.panBy(at.x - gesture.at.x, at.y - gesture.at.y);
      gesture.at = at;
      return;
    }
    const box = clipped(spanned(gesture.from, viewport.toPage(at)), shownPage());
    gesture.size = [box[2], box[3]];
    if (gesture.kind === "frame") {
      selectFramed(box);
      frame.show({ box, isFrame: true });
    } else {
      gesture.drawn = fromDrag(store.state, box, surroundings(event.altKey));
      frame.show({ ...gesture.drawn, isComb: store.state.tool === "comb" });
    }
  }

  /** What a drawn box may snap to; nothing while Alt is held or snapping is off. */
  function surroundings(isFree) {
    const { fields, page, snaps } = store.state;
    return {
      page: shownPage(),
      printed: snaps && !isFree ? printed(page) : null,
      boxes: shapesOn(fields, page).map((shape) => shape.box),
      reach: reachOf(viewport.view),
    };
  }

  function selectFramed(box) {
    const { fields, page } = store.state;
    const framed = shapesOn(fields, page)
      .filter((shape) => overlaps(shape.box, box))
      .map((shape) => shape.key);
    store.set({ selection: toggled(gesture.kept, framed) });
  }

  function end(event) {
    const done = gesture;
    cancel();
    if (done?.kind !== "draw") return;
    const least = LEAST_CSS_PX / viewport.view.scale;
    const isDrag = done.drawn && done.size.every((size) => size >= least);
    if (isDrag) place(done.drawn);
    else placeAt(done.from, event.altKey);
  }

  function placeAt(point, isFree = false) {
    place(fromClick(store.state, point, surroundings(isFree)));
  }

  function place({ box, cells }) {
    const { state } = store;
    const { fields, keys } = addDrawn(state, { box: inside(box, shownPage()), cells });
    store.edit(fields, { selection: keys });
    store.set({ selection: keys, tool: state.tool === "choice" ? "choice" : "select" });
    announce(t("Drew a box."));
    onDrawn(state.tool);
  }

  function cancel() {
    gesture = null;
    container.classList.remove("is-panning");
    frame.hide();
  }

  bindPinch(container, viewport, (held) => {
    cancel();
    shapes.hold(held);
  });
  bindWheel(container, viewport);
  container.addEventListener("pointerdown", start, { capture: true });
  container.addEventListener("pointermove", move);
  container.addEventListener("pointerup", end);
  container.addEventListener("pointercancel", cancel);
  container.addEventListener("auxclick", (event) => event.preventDefault());

  return {
    holdSpace(held) {
      spaceHeld = held;
      container.classList.toggle("can-pan", held);
    },
    /** Without a mouse: a box in the middle of what is seen. */
    placeInView: () => placeAt(viewport.centre()),
    cancel,
  };
}
