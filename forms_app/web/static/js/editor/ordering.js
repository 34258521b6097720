/** Dragging rows of the field list: the order in which fields are reviewed and exported. */

import { fieldsOfKeys, keysOf, placedBefore } from "./model.js";

export function bindOrdering(list, store) {
  let dragged = null;
  let before = null;

  /** All selected fields, when the dragged one is among them. */
  function start(event) {
    const row = event.target.closest("[data-field]");
    if (!row) return;
    const { fields, selection } = store.state;
    const chosen = fieldsOfKeys(fields, selection).map((field) => field.id);
    dragged = new Set(chosen.includes(row.dataset.field) ? chosen : [row.dataset.field]);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.textContent);
  }

  function mark(row, isAfter) {
    for (const each of list.children) each.classList.remove("drops-before", "drops-after");
    if (row) row.classList.add(isAfter ? "drops-after" : "drops-before");
  }

  function over(event) {
    if (!dragged) return;
    event.preventDefault();
    const row = event.target.closest("[data-field]") ?? list.lastElementChild;
    const { top, height } = row.getBoundingClientRect();
    const isAfter = event.clientY > top + height / 2;
    before = (isAfter ? row.nextElementSibling : row)?.dataset.field ?? null;
    mark(row, isAfter);
  }

  /** Not before a field that is dragged itself: the next one that stays. */
  function target(fields) {
    const from = fields.findIndex((field) => field.id === before);
    const staying = from < 0 ? null : fields.slice(from).find((field) => !dragged.has(field.id));
    return staying?.id ?? null;
  }

  function drop(event) {
    if (!dragged) return;
    event.preventDefault();
    const { fields } = store.state;
    const selection = fields.filter((field) => dragged.has(field.id)).flatMap(keysOf);
    store.edit(placedBefore(fields, dragged, target(fields)), { selection });
  }

  list.addEventListener("dragstart", start);
  list.addEventListener("dragover", over);
  list.addEventListener("drop", drop);
  list.addEventListener("dragend", () => {
    dragged = null;
    mark(null);
  });
}
