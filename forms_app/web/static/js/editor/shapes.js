/** Draws the boxes of a page with Konva and turns dragging and resizing into edits. */

import { MIN_SIZE_PX, round } from "./geometry.js";
import { createHandles } from "./handles.js";
import { boxesOf, fieldsOfKeys, moveBy, setBoxes, shapesOn } from "./model.js";
import { paintFrame, paintGuides, paintShape } from "./paint.js";
import { reachOf, snap, snapEdges } from "./snapping.js";

const NO_LINES = { vertical: [], horizontal: [] };

/**
 * Keep one Konva shape for each box of the shown page. `printed(page)` answers the printed lines
 * that boxes snap to, or null where they are not known.
 */
export function createShapes(stage, store, viewport, pages, printed) {
  const { Konva } = window;
  Konva.dragButtons = [0];
  const nodes = new Map();
  let lines = { vertical: null, horizontal: null };
  let faulty = new Set();
  let hovered = null;
  let snapsOff = false;
  let isHeld = false;

  const layer = new Konva.Layer();
  const guides = new Konva.Shape({ listening: false, sceneFunc: drawGuides });
  const handles = createHandles(viewport);
  layer.add(guides, handles.node);
  stage.add(layer);

  function nodeFor(shape) {
    const node = new Konva.Shape({
      sceneFunc: (context, self) => drawShape(context, self),
      hitFunc: (context, self) => {
        context.beginPath();
        context.rect(0, 0, self.width(), self.height());
        context.closePath();
        context.fillStrokeShape(self);
      },
      fill: "black",
      id: shape.key,
    });
    node.on("mouseenter", () => hover(shape.key));
    node.on("mouseleave", () => hover(null));
    node.on("dragstart", (event) => {
      snapsOff = event.evt.altKey;
      if (!store.state.selection.includes(shape.key)) store.set({ selection: [shape.key] });
    });
    node.on("dragmove", () => snapNode(node, shape.key));
    node.on("dragend", finishMove);
    node.on("transform", (event) => resizeNode(node, shape.key, event.evt?.altKey));
    node.on("transformend", finishResize);
    layer.add(node);
    return node;
  }

  function hover(key) {
    hovered = key;
    stage.container().classList.toggle("is-over-box", key !== null && !store.state.readOnly);
    layer.batchDraw();
  }

  const boxOf = (node) => [node.x(), node.y(), node.width(), node.height()];

  function unscale(node) {
    node.setAttrs({
      width: Math.max(MIN_SIZE_PX, node.width() * node.scaleX()),
      height: Math.max(MIN_SIZE_PX, node.height() * node.scaleY()),
      scaleX: 1,
      scaleY: 1,
    });
  }

  /** What the box `key` may snap to: the boxes that stay where they are, and the print. */
  function surroundings(key) {
    const { fields, selection, page } = store.state;
    const moving = new Set(selection).add(key);
    const others = shapesOn(fields, page)
      .filter((shape) => !moving.has(shape.key))
      .map((shape) => shape.box);
    return [others, printed(page) ?? NO_LINES, reachOf(viewport.view)];
  }

  function snapNode(node, key) {
    if (snapsOff || !store.state.snaps) return;
    const found = snap(boxOf(node), ...surroundings(key));
    node.position({ x: node.x() + found.dx, y: node.y() + found.dy });
    lines = found;
  }

  function resizeNode(node, key, isFree) {
    unscale(node);
    if (isFree || !store.state.snaps || store.state.selection.length !== 1) return;
    const [before] = boxesOf(store.state.fields, [key]);
    const found = snapEdges(boxOf(node), before, ...surroundings(key));
    const [x, y, width, height] = found.box;
    node.setAttrs({ x, y, width, height });
    lines = found;
  }

  // Konva ends the drag of every node of the group: the first one commits them all.
  function finishMove(event) {
    lines = { vertical: null, horizontal: null };
    if (isHeld) return render(store.state);
    const { fields, selection } = store.state;
    const [x, y] = boxesOf(fields, [event.target.id()])[0];
    const dx = Math.round(event.target.x() - x);
    const dy = Math.round(event.target.y() - y);
    if (dx || dy) store.edit(moveBy(fields, selection, dx, dy, pages));
    return render(store.state);
  }

  function finishResize() {
    lines = { vertical: null, horizontal: null };
    const { fields, selection } = store.state;
    const boxes = selection.filter((key) => nodes.has(key))
      .map((key) => [key, round(boxOf(nodes.get(key)))]);
    store.edit(setBoxes(fields, boxes, pages), { tag: `resize ${performance.now()}` });
    render(store.state);
  }

  function drawShape(context, node) {
    const { shape } = node.attrs;
    paintShape(context._context, shape, node.width(), node.height(), 1 / viewport.view.scale, {
      isSelected: store.state.selection.includes(shape.key),
      isHovered: hovered === shape.key,
      isFaulty: faulty.has(shape.field.name),
      isTaken: store.state.taken.includes(shape.field.name),
    });
  }

  function drawGuides(context) {
    const canvas = context._context;
    const css = 1 / viewport.view.scale;
    paintGuides(canvas, lines, viewport.view.page, css);
    const { fields, selection, page } = store.state;
    for (const field of fieldsOfKeys(fields, selection)) {
      if (field.options?.length && field.page === page) paintFrame(canvas, field, css);
    }
  }

  function render(state) {
    const shapes = shapesOn(state.fields, state.page);
    const wanted = new Set(shapes.map((shape) => shape.key));
    for (const [key, node] of nodes) {
      if (wanted.has(key)) continue;
      node.destroy();
      nodes.delete(key);
    }
    for (const shape of shapes) {
      if (!nodes.has(shape.key)) nodes.set(shape.key, nodeFor(shape));
      const [x, y, width, height] = shape.box;
      nodes.get(shape.key).setAttrs({
        x, y, width, height, shape, scaleX: 1, scaleY: 1,
        draggable: !state.readOnly && state.tool === "select",
      });
    }
    layer.listening(state.tool === "select" && !isHeld);
    const chosen = state.selection.filter((key) => nodes.has(key)).map((key) => nodes.get(key));
    handles.hold(chosen, !state.readOnly);
    layer.batchDraw();
  }

  return {
    render,
    keyAt: (point) => layer.getIntersection(point)?.id() || null,
    markFaulty(names) {
      faulty = new Set(names);
      layer.batchDraw();
    },
    redraw: () => layer.batchDraw(),
    /** Whether a box is being moved or resized: nothing may change under the hand. */
    get isBusy() {
      return handles.node.isTransforming() || [...nodes.values()].some((node) => node.isDragging());
    },
    /** While two fingers move the page, boxes stay: what was being dragged goes back. */
    hold(held) {
      isHeld = held;
      for (const node of nodes.values()) if (held && node.isDragging()) node.stopDrag();
      render(store.state);
    },
  };
}
