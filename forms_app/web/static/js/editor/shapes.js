/** Draws the boxes of a page with Konva and turns dragging and resizing into edits. */

import { cellBoxes, isWritten } from "./fields.js";
import { MIN_SIZE_PX, bounding, carried, round, snap } from "./geometry.js";
import { boxesOf, moveBy, setBoxes, shapesOn } from "./model.js";
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
    const css = 1 / viewport.view.scale;
    const isSelected = store.state.selection.includes(shape.key);
    const isFaulty = faulty.has(shape.field.name);
    const ink = inkOf(isFaulty ? "faulty" : shape.field.kind);
    const [width, height] = [node.width(), node.height()];
    const canvas = context._context;
    canvas.save();
    canvas.globalAlpha = isSelected ? 0.22 : hovered === shape.key ? 0.18 : 0.1;
    canvas.fillStyle = ink;
    canvas.fillRect(0, 0, width, height);
    canvas.globalAlpha = 1;
    canvas.strokeStyle = ink;
    canvas.lineWidth = (isSelected ? 2 : 1.25) * css;
    if (isFaulty) canvas.setLineDash([6 * css, 3 * css]);
    canvas.strokeRect(0, 0, width, height);
    canvas.setLineDash([]);
    drawCells(canvas, shape.field, boxOf(node), css);
    if (!isSelected) drawLabel(canvas, shape, ink, width, height, css);
    canvas.restore();
  }

  function drawCells(canvas, field, box, css) {
    if (!isWritten(field) || field.layout !== "comb") return;
    canvas.lineWidth = css;
    for (const cell of cellBoxes(field)) {
      const [x, , width] = carried(cell, field.box, [0, 0, box[2], box[3]]);
      canvas.strokeRect(x, 0, width, box[3]);
    }
  }

  function drawLabel(canvas, shape, ink, width, height, css) {
    const { field, option } = shape;
    const size = Math.min(12 * css, height * 0.7);
    const text = option === null ? field.label || field.name : field.options[option].value;
    if (size < 7 * css || width < 14 * css) return;
    canvas.font = `${size}px system-ui, sans-serif`;
    canvas.textBaseline = "middle";
    const shown = fitted(canvas, text, width - 8 * css);
    if (!shown) return;
    const pad = option === null ? 4 * css : (width - canvas.measureText(shown).width) / 2;
    canvas.globalAlpha = 0.82;
    canvas.fillStyle = "#ffffff";
    const back = canvas.measureText(shown).width + 4 * css;
    canvas.fillRect(pad - 2 * css, height / 2 - size * 0.6, back, size * 1.2);
    canvas.globalAlpha = 1;
    canvas.fillStyle = ink;
    canvas.fillText(shown, pad, height / 2);
  }

  function fitted(canvas, text, room) {
    if (canvas.measureText(text).width <= room) return text;
    let kept = text;
    while (kept && canvas.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
    return kept ? `${kept}…` : "";
  }

  function drawGuides(context) {
    const canvas = context._context;
    const css = 1 / viewport.view.scale;
    const { width_px, height_px } = viewport.view.page;
    canvas.lineWidth = css;
    canvas.strokeStyle = inkOf("guide");
    canvas.beginPath();
    if (lines.vertical !== null) {
      canvas.moveTo(lines.vertical, 0);
      canvas.lineTo(lines.vertical, height_px);
    }
    if (lines.horizontal !== null) {
      canvas.moveTo(0, lines.horizontal);
      canvas.lineTo(width_px, lines.horizontal);
    }
    canvas.stroke();
    drawChoiceFrames(canvas, css);
  }

  function drawChoiceFrames(canvas, css) {
    const selected = new Set(store.state.selection.map((key) => key.split(":")[0]));
    canvas.setLineDash([3 * css, 3 * css]);
    for (const field of store.state.fields) {
      if (!field.options?.length || field.page !== store.state.page || !selected.has(field.id)) continue;
      const [x, y, width, height] = bounding(field.options.map((option) => option.box));
      const gap = 5 * css;
      canvas.strokeStyle = inkOf(field.kind);
      canvas.strokeRect(x - gap, y - gap, width + 2 * gap, height + 2 * gap);
    }
    canvas.setLineDash([]);
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
