/** The side panel: properties of what is selected, in the inputs that the page brings. */

import { t, tn } from "../i18n.js";
import { freeName, hasAutomaticName, nameFrom } from "./fields.js";
import { extentOf, fieldsOfKeys, setBoxes, shapesOfKeys } from "./model.js";
import { createOptions } from "./options.js";
import { changed, rowsOf, sharedOf } from "./properties.js";
import { createValues } from "./values.js";

const MIXED = "mixed";

const isList = (input) => input.matches("select");

/** A list has an entry that only says that several fields differ, while they do. */
function markMixed(list, isMixed) {
  const found = [...list.options].find((option) => option.value === MIXED);
  if (!isMixed) found?.remove();
  else if (!found) {
    const option = new Option(MIXED, MIXED);
    option.hidden = true;
    list.prepend(option);
  }
}

/** `onNext(field, step)` is called to go from one field's label to the next one's or back. */
export function createPanel(root, store, pages, { urls, onDrawOption, onNext }) {
  const find = (selector) => root.querySelector(selector);
  const inputs = [...root.querySelectorAll("[data-prop]")];
  const boxInputs = [...root.querySelectorAll("[data-box]")];
  const placeholders = new Map([...inputs, ...boxInputs].map((each) => [each, each.placeholder]));
  const options = createOptions(find("[data-options]"), store, onDrawOption);
  const values = createValues(find("[data-values]"), {
    url: urls.values,
    onChange: (list) => editAll((field) => ({ ...field, values: list }), "values"),
  });

  const selected = () => fieldsOfKeys(store.state.fields, store.state.selection);

  /** Change every selected field; quick changes of one property are one step of history. */
  function editAll(change, tag) {
    const ids = new Set(selected().map((field) => field.id));
    const fields = store.state.fields.map((field) => (ids.has(field.id) ? change(field) : field));
    if (ids.size) store.edit(fields, { tag: `${tag} ${[...ids].join()}` });
  }

  function editProperty(input) {
    const { prop } = input.dataset;
    if (input.dataset.isMixed && input.value === (isList(input) ? MIXED : "")) return;
    if (prop === "label") editAll((field) => withLabel(field, input.value), prop);
    else editAll((field) => changed(field, prop, input), prop);
  }

  // A label also names the column, until a person names it.
  function withLabel(field, text) {
    const follows = hasAutomaticName(field) || field.name === nameFrom(field.label) ||
      field.name.replace(/_\d+$/, "") === nameFrom(field.label);
    const stem = nameFrom(text);
    const others = store.state.fields.filter((each) => each.id !== field.id);
    return { ...field, label: text, ...(follows && stem && { name: freeName(stem, others) }) };
  }

  /** A number of the box changes it in every selected box. */
  function editBox(input, index) {
    const number = Number(input.value);
    if (input.value === "" || Number.isNaN(number)) return;
    const { fields, selection } = store.state;
    const boxes = shapesOfKeys(fields, selection).map(({ key, box }) => [
      key, box.map((value, i) => (i === index ? number : value)),
    ]);
    store.edit(setBoxes(fields, boxes, pages), { tag: `box ${index} ${selection.join()}` });
  }

  function show(input, { value, isMixed }) {
    if (isMixed) input.dataset.isMixed = "true";
    else delete input.dataset.isMixed;
    if (isList(input)) {
      markMixed(input, isMixed);
      input.value = isMixed ? MIXED : value;
    } else if (input.type === "checkbox") {
      input.indeterminate = isMixed;
      input.checked = Boolean(value) && !isMixed;
    } else if (input !== document.activeElement) {
      input.placeholder = isMixed ? MIXED : placeholders.get(input) ?? "";
      input.value = isMixed ? "" : value;
    }
  }

  const showProperty = (input, fields) =>
    show(input, sharedOf(fields, input.dataset.prop, Number(input.dataset.end)));

  function showBoxes(fields) {
    const boxes = fields.map(extentOf);
    boxInputs.forEach((input, i) => show(input, {
      value: Math.round(boxes[0][i]),
      isMixed: boxes.some((box) => Math.round(box[i]) !== Math.round(boxes[0][i])),
    }));
  }

  function render(state) {
    const fields = selected();
    find("[data-panel=none]").hidden = fields.length !== 0;
    find("[data-panel=some]").hidden = fields.length === 0;
    find("[data-panel=many]").hidden = state.selection.length < 2;
    if (!fields.length) return;
    find("[data-many-title]").textContent = titleOf(state.selection, fields);
    const rows = rowsOf(fields);
    for (const row of root.querySelectorAll("[data-row]")) row.hidden = !rows.has(row.dataset.row);
    for (const input of inputs) showProperty(input, fields);
    if (rows.has("box")) showBoxes(fields);
    find("[data-explicit-cells]").hidden = !fields.some((field) => Array.isArray(field.cells));
    for (const hint of root.querySelectorAll("[data-range-hint]")) {
      hint.hidden = (hint.dataset.rangeHint === "date") !== (fields[0].kind === "date");
    }
    if (rows.has("values")) values.render(fields);
    if (rows.has("options")) options.render(fields[0], state);
  }

  function titleOf(selection, fields) {
    return fields.length > 1 ? tn("{n} field", "{n} fields", fields.length)
      : t("{n} options", { n: selection.length });
  }

  for (const input of inputs) {
    const isTyped = input.matches("input:not([type=checkbox]), textarea");
    input.addEventListener(isTyped ? "input" : "change", () => editProperty(input));
    input.addEventListener("blur", () => selected().length && showProperty(input, selected()));
  }
  find('[data-prop="label"]').addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    onNext(selected()[0], event.shiftKey ? -1 : 1);
  });
  boxInputs.forEach((input, i) => input.addEventListener("change", () => editBox(input, i)));

  return {
    render,
    /** Let the person name what was just drawn. */
    focusLabel() {
      const input = find('[data-prop="label"]');
      input.focus();
      input.select();
    },
    focusOption: options.focusLast,
    /** The first input there is for what is selected. */
    focusFirst() {
      const input = [...root.querySelectorAll("[data-panel=some] :is(input, select)")]
        .find((each) => each.checkVisibility() && !each.disabled);
      input?.focus();
    },
  };
}
