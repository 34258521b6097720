/** How boxes look on the paper. `css` is the size of one CSS pixel in template pixels. */

import { cellBoxes, isWritten } from "./fields.js";
import { bounding, carried } from "./geometry.js";
import { inkOf } from "./palette.js";

const LABEL_CSS_PX = 12;
const LEAST_LABEL_CSS_PX = 7;
const FRAME_GAP_CSS_PX = 5;
const TAKEN_GAP_CSS_PX = 4;

/** One box at the canvas' origin; `look`: is it selected, hovered, faulty, in somebody's hands. */
export function paintShape(canvas, { field, option }, width, height, css, look) {
  const ink = inkOf(look.isFaulty ? "faulty" : field.kind);
  canvas.save();
  canvas.globalAlpha = look.isSelected ? 0.22 : look.isHovered ? 0.18 : 0.1;
  canvas.fillStyle = ink;
  canvas.fillRect(0, 0, width, height);
  canvas.globalAlpha = 1;
  canvas.strokeStyle = ink;
  canvas.lineWidth = (look.isSelected ? 2 : 1.25) * css;
  if (look.isFaulty) canvas.setLineDash([6 * css, 3 * css]);
  canvas.strokeRect(0, 0, width, height);
  canvas.setLineDash([]);
  if (look.isTaken) paintTaken(canvas, width, height, css);
  if (isWritten(field) && field.layout === "comb") paintCells(canvas, field, width, height, css);
  if (!look.isSelected) paintLabel(canvas, textOf(field, option), width, height, css, option === null);
  canvas.restore();
}

/** Somebody else has this field selected: a frame around it. */
function paintTaken(canvas, width, height, css) {
  const gap = TAKEN_GAP_CSS_PX * css;
  canvas.save();
  canvas.strokeStyle = inkOf("taken");
  canvas.lineWidth = 2 * css;
  canvas.setLineDash([2 * css, 2 * css]);
  canvas.strokeRect(-gap, -gap, width + 2 * gap, height + 2 * gap);
  canvas.restore();
}

const textOf = (field, option) =>
  option === null ? field.label || field.name : field.options[option].value;

/** One path for all cells: strokes one by one make a page of 400 combs slow to drag on. */
function paintCells(canvas, field, width, height, css) {
  canvas.lineWidth = css;
  canvas.beginPath();
  for (const cell of cellBoxes(field)) {
    const [x, , cellWidth] = carried(cell, field.box, [0, 0, width, height]);
    canvas.rect(x, 0, cellWidth, height);
  }
  canvas.stroke();
}

function paintLabel(canvas, text, width, height, css, isLeft) {
  const size = Math.min(LABEL_CSS_PX * css, height * 0.7);
  if (size < LEAST_LABEL_CSS_PX * css || width < 2 * size) return;
  canvas.font = `${size}px system-ui, sans-serif`;
  canvas.textBaseline = "middle";
  const shown = fitted(canvas, text, width - 8 * css);
  if (!shown) return;
  const room = canvas.measureText(shown).width;
  const left = isLeft ? 4 * css : (width - room) / 2;
  canvas.fillStyle = "rgb(255 255 255 / 0.82)";
  canvas.fillRect(left - 2 * css, height / 2 - size * 0.6, room + 4 * css, size * 1.2);
  canvas.fillStyle = canvas.strokeStyle;
  canvas.fillText(shown, left, height / 2);
}

function fitted(canvas, text, room) {
  if (canvas.measureText(text).width <= room) return text;
  let kept = text;
  while (kept && canvas.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return kept ? `${kept}…` : "";
}

/** The lines that a moving box has snapped to; null where there is none. */
export function paintGuides(canvas, { vertical, horizontal }, page, css) {
  canvas.lineWidth = css;
  canvas.strokeStyle = inkOf("guide");
  canvas.beginPath();
  if (vertical !== null) {
    canvas.moveTo(vertical, 0);
    canvas.lineTo(vertical, page.height_px);
  }
  if (horizontal !== null) {
    canvas.moveTo(0, horizontal);
    canvas.lineTo(page.width_px, horizontal);
  }
  canvas.stroke();
}

/** A dashed frame around all options of a choice, so that one sees what belongs together. */
export function paintFrame(canvas, field, css) {
  const [x, y, width, height] = bounding(field.options.map((option) => option.box));
  const gap = FRAME_GAP_CSS_PX * css;
  canvas.lineWidth = css;
  canvas.setLineDash([3 * css, 3 * css]);
  canvas.strokeStyle = inkOf(field.kind);
  canvas.strokeRect(x - gap, y - gap, width + 2 * gap, height + 2 * gap);
  canvas.setLineDash([]);
}
