/** Proposed fields on the page: dashed boxes over the paper; a click selects one. */

import { element } from "./elements.js";
import { cellBoxes } from "./fields.js";
import { shapesOn } from "./model.js";

/** `onToggle(id)` is called when a box is clicked. */
export function createProposedBoxes({ viewport, container, onToggle }) {
  const layer = element("div", "proposed");
  layer.setAttribute("aria-hidden", "true"); // The list in the drawer says the same.
  container.after(layer);

  /** Show these fields; `selected` has the ids of those that are selected. */
  function render(fields, selected) {
    const boxes = fields.flatMap((field) => shapesOn([field], field.page).map(({ box }) => boxFor(field, box)));
    for (const box of boxes) box.classList.toggle("is-selected", selected.has(box.dataset.id));
    layer.replaceChildren(...boxes);
    place();
  }

  function boxFor(field, box) {
    const made = element("div", "proposed-box");
    made.dataset.id = field.id;
    made.dataset.kind = field.kind;
    made.box = box;
    made.addEventListener("click", () => onToggle(field.id));
    if (field.layout === "comb") made.append(...cellBoxes(field).slice(1).map((cell) => wall(cell, box)));
    return made;
  }

  function wall([x], [left, , width]) {
    const made = element("span", "proposed-wall");
    made.style.left = `${(100 * (x - left)) / width}%`;
    return made;
  }

  function place() {
    const { x, y, scale } = viewport.view;
    for (const made of layer.children) {
      const [left, top, width, height] = made.box;
      made.style.transform = `translate(${x + left * scale}px, ${y + top * scale}px)`;
      made.style.width = `${width * scale}px`;
      made.style.height = `${height * scale}px`;
    }
  }

  viewport.onChange(place);

  return {
    render,
    /** Let one field's boxes stand out, or none (null). */
    point(id) {
      for (const made of layer.children) made.classList.toggle("is-pointed", made.dataset.id === id);
    },
  };
}
