/** Draws the boxes of a page with Konva and turns dragging and resizing into edits. */

import { MIN_SIZE_PX, round, snap } from "./geometry.js";
import { boxesOf, fieldsOfKeys, moveBy, setBoxes, shapesOn } from "./model.js";
import { paintFrame, paintGuides, paintShape } from "./paint.js";
import { inkOf } from "./palette.js";

const SNAP_CSS_PX = 6;
const ROOM_FOR_EDGES = 48;
const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"];
const EDGES = ["top-center", "bottom-center", "middle-left", "middle-right"];

/** Keep one Konva shape for each box of the shown page. */
export function createShapes(stage, store, viewport, pages) {
  const { Konva } = window;
  Konva.dragButtons = [0];
  const nodes = new Map();
  let lines = { vertical: null, horizontal: null };
  let faulty = new Set();
  let hovered = null;
  let snapsOff = false;

  const layer = new Konva.Layer();
  const guides = new Konva.Shape({ listening: false, sceneFunc: drawGuides });
  const handles = new Konva.Transformer({
    rotateEnabled: false,
    flipEnabled: false,
    keepRatio: false,
    ignoreStroke: true,
    anchorSize: 9,
    anchorCornerRadius: 2,
    anchorStroke: inkOf("selected"),
    borderStroke: inkOf("selected"),
    borderDash: [4, 3],
    boundBoxFunc: (before, after) => {
      const least = MIN_SIZE_PX * viewport.view.scale;
      return after.width < least || after.height < least ? before : after;
    },
  });
  layer.add(guides, handles);
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
    node.on("transform", () => unscale(node));
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

  function snapNode(node, key) {
    if (snapsOff) return;
    const moving = new Set(store.state.selection).add(key);
    const others = shapesOn(store.state.fields, store.state.page)
      .filter((shape) => !moving.has(shape.key))
      .map((shape) => shape.box);
    const found = snap(boxOf(node), others, SNAP_CSS_PX / viewport.view.scale);
    node.position({ x: node.x() + found.dx, y: node.y() + found.dy });
    lines = found;
  }

  // Konva ends the drag of every node of the group: the first one commits them all.
  function finishMove(event) {
    lines = { vertical: null, horizontal: null };
    const { fields, selection } = store.state;
    const [x, y] = boxesOf(fields, [event.target.id()])[0];
    const dx = Math.round(event.target.x() - x);
    const dy = Math.round(event.target.y() - y);
    if (dx || dy) store.edit(moveBy(fields, selection, dx, dy, pages));
    render(store.state);
  }

  function finishResize() {
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
    layer.listening(state.tool === "select");
    const chosen = state.selection.filter((key) => nodes.has(key)).map((key) => nodes.get(key));
    handles.nodes(chosen);
    handles.resizeEnabled(!state.readOnly);
    fitHandles();
    handles.moveToTop();
    layer.batchDraw();
  }

  /** Small boxes get small handles at their corners only, so that the box stays in sight. */
  function fitHandles() {
    const room = Math.min(handles.width(), handles.height());
    handles.enabledAnchors(room < ROOM_FOR_EDGES ? CORNERS : [...CORNERS, ...EDGES]);
    handles.anchorSize(room < ROOM_FOR_EDGES ? 6 : 9);
  }

  viewport.onChange(() => handles.nodes().length && fitHandles());

  return {
    render,
    keyAt: (point) => layer.getIntersection(point)?.id() || null,
    markFaulty(names) {
      faulty = new Set(names);
      layer.batchDraw();
    },
    redraw: () => layer.batchDraw(),
  };
}
