/** The options of a choice in the side panel: value, label, order, box. */

import { t } from "../i18n.js";
import { addOption, keyOf, remove, update } from "./model.js";

/** Rows are made from the `<template>` inside `root`. */
export function createOptions(root, store, onDraw) {
  const list = root.querySelector("[data-option-list]");
  const blank = root.querySelector("template");
  let shown = null;

  function edit(index, patch, tag) {
    const field = store.state.fields.find((each) => each.id === shown);
    const options = field.options.map((option, i) =>
      i === index ? { ...option, ...patch } : option);
    store.edit(update(store.state.fields, shown, { options }), {
      tag: `option ${shown} ${index} ${tag}`,
    });
  }

  function editBox(index, row) {
    const box = [...row.querySelectorAll("[data-option-box]")].map((input) => Number(input.value));
    if (!box.some(Number.isNaN)) edit(index, { box }, "box");
  }

  function rowFor(index) {
    const row = blank.content.firstElementChild.cloneNode(true);
    const number = index + 1;
    for (const input of row.querySelectorAll("input")) {
      input.setAttribute("aria-label", t("{what} of option {number}",
        { what: input.getAttribute("aria-label"), number }));
    }
    row.querySelector("[data-option-value]").addEventListener("input", (event) =>
      edit(index, { value: event.target.value.trim() }, "value"));
    row.querySelector("[data-option-label]").addEventListener("input", (event) =>
      edit(index, { label: event.target.value }, "label"));
    for (const input of row.querySelectorAll("[data-option-box]")) {
      input.addEventListener("change", () => editBox(index, row));
    }
    const button = row.querySelector("[data-option-remove]");
    button.setAttribute("aria-label", t("Delete option {number}", { number }));
    button.addEventListener("click", () =>
      store.edit(remove(store.state.fields, [keyOf(shown, index)])));
    row.addEventListener("focusin", (event) => {
      // What is selected has more to show: the button would move away under the pointer.
      if (event.target !== button) select(index);
    });
    return row;
  }

  function select(index) {
    const key = keyOf(shown, index);
    if (store.state.selection.length !== 1 || store.state.selection[0] !== key) {
      store.set({ selection: [key] });
    }
  }

  function fill(row, option, isSelected) {
    const set = (selector, value) => {
      const input = row.querySelector(selector);
      if (input !== document.activeElement) input.value = value;
    };
    set("[data-option-value]", option.value);
    set("[data-option-label]", option.label ?? "");
    row.querySelectorAll("[data-option-box]").forEach((input, i) => {
      if (input !== document.activeElement) input.value = Math.round(option.box[i]);
    });
    row.classList.toggle("is-selected", isSelected);
  }

  function render(field, state) {
    root.classList.toggle("shows-boxes", state.selection.length === 1);
    if (shown !== field.id || list.children.length !== field.options.length) {
      shown = field.id;
      list.replaceChildren(...field.options.map((_, i) => rowFor(i)));
    }
    field.options.forEach((option, i) =>
      fill(list.children[i], option, state.selection.includes(keyOf(field.id, i))));
    for (const control of root.querySelectorAll("input, button")) control.disabled = state.readOnly;
  }

  root.querySelector("[data-option-draw]").addEventListener("click", onDraw);
  root.querySelector("[data-option-add]").addEventListener("click", () => {
    const field = store.state.fields.find((each) => each.id === shown);
    const [x, y, width, height] = field.options.at(-1).box;
    const added = addOption(store.state.fields, shown, [x, y + height + 12, width, height]);
    store.edit(added.fields, { selection: added.keys });
    store.set({ selection: added.keys });
    focusLast();
  });

  function focusLast() {
    const input = list.lastElementChild?.querySelector("[data-option-value]");
    input?.focus();
    input?.select();
  }

  return { render, focusLast };
}
