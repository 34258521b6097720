/** The left column: page thumbnails and the list of fields, both usable by keyboard. */

import { cellCount, isWritten } from "./fields.js";
import { fieldsOfKeys, keysOf } from "./model.js";

const SHORT_KIND = {
  digits: "digits", letters: "letters", text: "text", number: "number", date: "date",
  mark: "mark", choice: "one of", choices: "some of", signature: "signature", image: "image",
};

export function describe(field) {
  const kind = SHORT_KIND[field.kind] ?? field.kind;
  if (field.options) return `${kind} ${field.options.length}`;
  if (!isWritten(field)) return kind;
  return field.layout === "comb" ? `${kind} · ${cellCount(field)} cells` : `${kind} · line`;
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
 * A listbox: arrows move, the selected field is shown on its page; Alt+arrows change the order.
 */
export function createFieldList(root, store, { onChoose, onReorder }) {
  const rows = new Map();

  function rowFor(field) {
    const row = document.createElement("li");
    row.id = `row-${field.id}`;
    row.setAttribute("role", "option");
    row.className = "field-row";
    const label = document.createElement("span");
    label.className = "field-row-label";
    const kind = document.createElement("span");
    kind.className = "field-row-kind";
    row.append(label, kind);
    row.addEventListener("click", (event) => choose(field.id, event.shiftKey || event.ctrlKey));
    return row;
  }

  function choose(id, adds) {
    const field = store.state.fields.find((each) => each.id === id);
    const keys = keysOf(field);
    const selection = adds ? [...new Set([...store.state.selection, ...keys])] : keys;
    store.set({ selection, page: field.page, tool: "select" });
    onChoose(field);
  }

  function step(event) {
    const { fields, selection } = store.state;
    const steps = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || fields.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const [field] = fieldsOfKeys(fields, selection);
    const at = fields.indexOf(field);
    if (event.altKey && field) onReorder(field.id, Math.sign(steps[event.key]));
    else choose(fields[Math.min(Math.max(at + steps[event.key], 0), fields.length - 1)].id, false);
  }

  function render(state, faulty) {
    const chosen = new Set(fieldsOfKeys(state.fields, state.selection).map((field) => field.id));
    const known = new Set(state.fields.map((field) => field.id));
    for (const id of rows.keys()) if (!known.has(id)) rows.delete(id);
    const elements = state.fields.map((field) => {
      if (!rows.has(field.id)) rows.set(field.id, rowFor(field));
      const row = rows.get(field.id);
      const [label, kind] = row.children;
      label.textContent = field.label || field.name || "(no name)";
      kind.textContent = describe(field);
      row.title = `${field.name}, page ${field.page}`;
      row.setAttribute("aria-selected", chosen.has(field.id));
      row.classList.toggle("is-faulty", faulty.has(field.name));
      row.classList.toggle("is-elsewhere", field.page !== state.page);
      return row;
    });
    if (elements.some((row, i) => root.children[i] !== row) ||
        root.children.length !== elements.length) {
      root.replaceChildren(...elements);
    }
    const active = elements.find((row) => row.getAttribute("aria-selected") === "true");
    if (active) {
      root.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    } else {
      root.removeAttribute("aria-activedescendant");
    }
  }

  root.addEventListener("keydown", step);
  return { render };
}
