/** The left column: page thumbnails and the list of fields, both usable by keyboard. */

import { t, tn } from "../i18n.js";
import { cellCount, isWritten } from "./fields.js";
import { fieldsOfKeys, keysOf, reorder } from "./model.js";
import { bindOrdering } from "./ordering.js";

const SHORT_KIND = {
  digits: t("digits"), letters: t("letters"), text: t("text"), number: t("number"), date: t("date"),
  mark: t("mark"), choice: t("one of"), choices: t("some of"), signature: t("signature"), image: t("image"),
};

function describe(field) {
  const kind = SHORT_KIND[field.kind] ?? field.kind;
  if (field.options) return `${kind} ${field.options.length}`;
  if (!isWritten(field)) return kind;
  return field.layout === "comb" ? tn("{kind} · {n} cell", "{kind} · {n} cells", cellCount(field),
    { kind })
    : t("{kind} · line", { kind });
}

/** Buttons of the thumbnails are in the page; this marks the shown one and counts its fields. */
export function createPages(root, store) {
  const buttons = [...root.querySelectorAll("[data-page]")];
  for (const button of buttons) {
    button.addEventListener("click", () =>
      store.set({ page: Number(button.dataset.page), selection: [] }));
  }
  return {
    render(state) {
      for (const button of buttons) {
        const number = Number(button.dataset.page);
        const isShown = number === state.page;
        if (isShown) button.setAttribute("aria-current", "page");
        else button.removeAttribute("aria-current");
        const count = state.fields.filter((field) => field.page === number).length;
        button.querySelector("[data-page-count]").textContent = count || "";
      }
    },
  };
}

/**
 * A listbox: arrows move, with Shift they select more, the selected field is shown on its page;
 * Alt+arrows and dragging change the order.
 */
export function createFieldList(root, store, { onChoose }) {
  const rows = new Map();
  let at = null; // the field that was chosen last

  function rowFor(field) {
    const row = document.createElement("li");
    row.id = `row-${field.id}`;
    row.setAttribute("role", "option");
    row.className = "field-row";
    row.dataset.field = field.id;
    row.draggable = !store.state.readOnly;
    const label = document.createElement("span");
    label.className = "field-row-label";
    const kind = document.createElement("span");
    kind.className = "field-row-kind";
    row.append(label, kind);
    row.addEventListener("click", (event) =>
      choose(field.id, event.shiftKey || event.ctrlKey || event.metaKey));
    return row;
  }

  /** Select one field; `adds` adds it to what is selected, or takes it out again. */
  function choose(id, adds, takesOut = adds) {
    const { fields, selection } = store.state;
    const field = fields.find((each) => each.id === id);
    const keys = keysOf(field);
    const others = selection.filter((key) => !keys.includes(key));
    const isIn = others.length < selection.length;
    const next = adds ? [...others, ...(isIn && takesOut ? [] : keys)] : keys;
    at = id;
    store.set({ selection: next, page: field.page, tool: "select" });
    onChoose(field);
  }

  function step(event) {
    const { fields, selection } = store.state;
    const steps = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || fields.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const chosen = fieldsOfKeys(fields, selection);
    if (event.altKey) {
      const ids = new Set(chosen.map((field) => field.id));
      store.edit(reorder(fields, ids, Math.sign(steps[event.key])));
      return;
    }
    const from = fields.findIndex((field) => field.id === at && chosen.includes(field));
    const start = from < 0 ? fields.indexOf(chosen[0]) : from;
    const to = Math.min(Math.max(start + steps[event.key], 0), fields.length - 1);
    choose(fields[to].id, event.shiftKey, false);
  }

  function render(state, faulty) {
    const chosen = new Set(fieldsOfKeys(state.fields, state.selection).map((field) => field.id));
    const known = new Set(state.fields.map((field) => field.id));
    for (const id of rows.keys()) if (!known.has(id)) rows.delete(id);
    const elements = state.fields.map((field) => {
      if (!rows.has(field.id)) rows.set(field.id, rowFor(field));
      const row = rows.get(field.id);
      const [label, kind] = row.children;
      label.textContent = field.label || field.name || t("(no name)");
      kind.textContent = describe(field);
      row.title = t("{name}, page {page}", { name: field.name, page: field.page });
      row.setAttribute("aria-selected", chosen.has(field.id));
      row.classList.toggle("is-faulty", faulty.has(field.name));
      row.classList.toggle("is-elsewhere", field.page !== state.page);
      row.classList.toggle("is-taken", state.taken.includes(field.name));
      return row;
    });
    if (elements.some((row, i) => root.children[i] !== row) ||
        root.children.length !== elements.length) {
      root.replaceChildren(...elements);
    }
    const active = elements.find((row) => row.dataset.field === at && chosen.has(at)) ??
      elements.find((row) => row.getAttribute("aria-selected") === "true");
    if (active) {
      root.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    } else {
      root.removeAttribute("aria-activedescendant");
    }
  }

  root.addEventListener("keydown", step);
  if (!store.state.readOnly) bindOrdering(root, store);
  return { render };
}
