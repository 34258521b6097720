/** The side panel: the selected field's properties, in the inputs that the page brings. */

import {
  OPTION_KINDS, RULES, WRITTEN, cellCount, freeName, hasAutomaticName, nameFrom, withKind,
  withLayout,
} from "./fields.js";
import { align, extentOf, fieldsOfKeys, replace, setBoxes } from "./model.js";
import { createOptions } from "./options.js";

const LINES = /\r?\n/;

/** How each property is shown in its input and read back; absent means nothing was entered. */
const AS_TEXT = { show: (value) => value ?? "", read: (input) => input.value.trim() || undefined };
const AS_NUMBER = {
  show: (value) => value ?? "",
  read: (input) => (input.value === "" ? undefined : Math.max(0, Math.trunc(Number(input.value)))),
};
const AS_FLAG = { show: Boolean, read: (input) => input.checked || undefined };
const AS_LINES = {
  show: (value) => (Array.isArray(value) ? value.join("\n") : value ?? ""),
  read: (input) => input.value.split(LINES).map((line) => line.trim()).filter(Boolean),
};
const FORMATS = {
  required: AS_FLAG, min_length: AS_NUMBER, max_length: AS_NUMBER, values: AS_LINES,
};

/** Which rows of the panel a field has. */
function rowsOf(field) {
  if (OPTION_KINDS.has(field.kind)) return new Set(["required", "options"]);
  const rows = new Set(["required", "box", ...(RULES[field.kind] ?? [])]);
  if (WRITTEN.has(field.kind)) rows.add("layout");
  if (field.layout === "comb") rows.add("cells");
  return rows;
}

export function createPanel(root, store, pages, { onDrawOption }) {
  const find = (selector) => root.querySelector(selector);
  const inputs = [...root.querySelectorAll("[data-prop]")];
  const boxInputs = [...root.querySelectorAll("[data-box]")];
  const options = createOptions(find("[data-options]"), store, onDrawOption);

  const selected = () => fieldsOfKeys(store.state.fields, store.state.selection);
  const current = () => (selected().length === 1 ? selected()[0] : null);

  function edit(field, tag) {
    store.edit(replace(store.state.fields, field), { tag: `${tag} ${field.id}` });
  }

  function editProperty(input) {
    const field = current();
    if (!field) return;
    const { prop } = input.dataset;
    if (prop === "kind") return edit(withKind(field, input.value, extentOf(field)), prop);
    if (prop === "layout") return edit(withLayout(field, input.value), prop);
    if (prop === "cells") return editCells(field, input);
    if (prop === "range") return editRange(field);
    if (prop === "label") return editLabel(field, input.value);
    const value = (FORMATS[prop] ?? AS_TEXT).read(input);
    return edit({ ...field, [prop]: value ?? (prop === "name" ? "" : undefined) }, prop);
  }

  function editCells(field, input) {
    const count = Math.trunc(Number(input.value));
    if (count >= 1 && count <= 200) edit({ ...field, cells: count }, "cells");
  }

  function editRange(field) {
    const [low, high] = [...root.querySelectorAll('[data-prop="range"]')].map((input) =>
      input.value.trim());
    const bound = (text) => {
      if (text === "") return null;
      return field.kind === "date" || Number.isNaN(Number(text)) ? text : Number(text);
    };
    const range = low || high ? [bound(low), bound(high)] : undefined;
    edit({ ...field, range }, "range");
  }

  // A label also names the column, until a person names it.
  function editLabel(field, text) {
    const changed = { ...field, label: text };
    const follows = hasAutomaticName(field) || field.name === nameFrom(field.label) ||
      field.name.replace(/_\d+$/, "") === nameFrom(field.label);
    const stem = nameFrom(text);
    const others = store.state.fields.filter((each) => each.id !== field.id);
    if (follows && stem) changed.name = freeName(stem, others);
    edit(changed, "label");
  }

  function editBox() {
    const field = current();
    const box = boxInputs.map((input) => Number(input.value));
    if (!field || box.some(Number.isNaN) || boxInputs.some((input) => input.value === "")) return;
    const [key] = store.state.selection;
    store.edit(setBoxes(store.state.fields, [[key, box]], pages), { tag: `box ${key}` });
  }

  function show(input, field) {
    const { prop } = input.dataset;
    if (input === document.activeElement && input.type !== "checkbox") return;
    if (prop === "cells") input.value = cellCount(field) || "";
    else if (prop === "range") input.value = (field.range ?? [])[Number(input.dataset.end)] ?? "";
    else if (input.type === "checkbox") input.checked = Boolean(field[prop]);
    else input.value = (FORMATS[prop] ?? AS_TEXT).show(field[prop]);
  }

  function showBox(field) {
    const box = extentOf(field);
    boxInputs.forEach((input, i) => {
      if (input !== document.activeElement) input.value = Math.round(box[i]);
    });
  }

  function render(state) {
    const fields = selected();
    const field = current();
    find("[data-panel=none]").hidden = fields.length !== 0;
    find("[data-panel=many]").hidden = fields.length < 2;
    find("[data-panel=one]").hidden = !field;
    find("[data-many-count]").textContent = fields.length;
    if (!field) return;
    const rows = rowsOf(field);
    for (const row of root.querySelectorAll("[data-row]")) row.hidden = !rows.has(row.dataset.row);
    for (const input of inputs) show(input, field);
    if (rows.has("box")) showBox(field);
    find("[data-explicit-cells]").hidden = !Array.isArray(field.cells);
    for (const hint of root.querySelectorAll("[data-range-hint]")) {
      hint.hidden = (hint.dataset.rangeHint === "date") !== (field.kind === "date");
    }
    if (rows.has("options")) options.render(field, state);
  }

  for (const input of inputs) {
    const isTyped = input.matches("input:not([type=checkbox]), textarea");
    input.addEventListener(isTyped ? "input" : "change", () => editProperty(input));
    input.addEventListener("blur", () => current() && show(input, current()));
  }
  for (const input of boxInputs) input.addEventListener("change", editBox);
  root.addEventListener("click", (event) => {
    const how = event.target.closest("[data-align]")?.dataset.align;
    const { fields, selection } = store.state;
    if (how) store.edit(align(fields, selection, how, pages));
  });

  return {
    render,
    /** Let the person name what was just drawn. */
    focusLabel() {
      const input = find('[data-prop="label"]');
      input.focus();
      input.select();
    },
    focusOption: options.focusLast,
  };
}
