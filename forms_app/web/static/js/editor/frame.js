/** The box that is being drawn, or the frame that selects: a layer of its own over the page. */

import { cellBoxes } from "./fields.js";
import { likelyCells } from "./geometry.js";
import { inkOf } from "./palette.js";

export function createFrame(stage, viewport) {
  const { Konva } = window;
  let shown = null;
  const layer = new Konva.Layer({ listening: false });
  const shape = new Konva.Shape({ visible: false, sceneFunc: (context) => paint(context._context) });
  layer.add(shape);
  stage.add(layer);

  function paint(canvas) {
    if (!shown) return;
    const css = 1 / viewport.view.scale;
    const [x, y, width, height] = shown.box;
    canvas.strokeStyle = inkOf("selected");
    canvas.fillStyle = inkOf("selected");
    canvas.globalAlpha = 0.12;
    canvas.fillRect(x, y, width, height);
    canvas.globalAlpha = 1;
    canvas.lineWidth = css;
    if (shown.isFrame) canvas.setLineDash([4 * css, 3 * css]);
    canvas.strokeRect(x, y, width, height);
    if (shown.isComb) paintCells(canvas);
  }

  function paintCells(canvas) {
    const cells = shown.cells ?? likelyCells(shown.box);
    canvas.beginPath();
    for (const cell of cellBoxes({ box: shown.box, cells })) canvas.rect(...cell);
    canvas.stroke();
  }

  return {
    /** `{box, cells, isComb, isFrame}`: a comb shows its cells, a frame is dashed. */
    show(next) {
      shown = next;
      shape.visible(true);
      layer.batchDraw();
    },
    hide() {
      shown = null;
      shape.visible(false);
      layer.batchDraw();
    },
  };
}
