/** What a drawn or clicked box becomes: snapped to the print, at the usual size, as a field. */

import { newField } from "./fields.js";
import { addOption, extentOf, keysOf, parseKey } from "./model.js";
import { boxAround, combAround, combIn } from "./printed.js";
import { snapEdges } from "./snapping.js";

const DEFAULT_BOX = {
  comb: [600, 70], line: [600, 80], mark: [40, 40], choice: [40, 40],
  signature: [700, 180], image: [900, 400],
};
/** The largest printed box that a click with a tool may mean, as shares of the page's width. */
const MOST_OF_PAGE = {
  comb: [1, 0.06], line: [1, 0.1], mark: [0.05, 0.05], choice: [0.05, 0.05],
  signature: [1, 0.15], image: [1, 1],
};

/** The choice whose next option is being drawn: the one selected, if it is on this page. */
export function growingChoice(state) {
  const ids = new Set(state.selection.map((key) => parseKey(key).id));
  if (ids.size !== 1) return null;
  const field = state.fields.find((each) => ids.has(each.id));
  return field?.options && field.page === state.page ? field : null;
}

/** Add what a drawn box becomes; answers the fields and the keys to select. */
export function addDrawn(state, { box, cells }) {
  const choice = state.tool === "choice" ? growingChoice(state) : null;
  if (choice) return addOption(state.fields, choice.id, box);
  const field = newField(state.tool, box, state.page, state.fields);
  if (cells) field.cells = cells;
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

/** Where a dragged `box` comes to lie: on the printed comb, or with its edges on lines near by. */
export function fromDrag(state, box, { printed, boxes, reach }) {
  if (!printed) return { box };
  const comb = state.tool === "comb" && combIn(box, printed);
  return comb || snapEdges(box, null, boxes, printed, reach);
}

/** What a click at `point` means: the printed comb or box there, else one of the usual size. */
export function fromClick(state, point, { printed, page }) {
  const { tool } = state;
  if (printed) {
    const most = MOST_OF_PAGE[tool].map((share) => share * page.width_px);
    const comb = tool === "comb" && combAround(point, printed, most);
    if (comb) return comb;
    const box = tool !== "comb" && boxAround(point, printed, most);
    if (box) return { box };
  }
  const [width, height] = usualSize(state);
  return { box: [point.x - width / 2, point.y - height / 2, width, height] };
}
