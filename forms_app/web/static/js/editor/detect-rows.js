/** The list of proposals: a row for each, with what corrects it; all of it works by keys, too. */

import { t, tn } from "../i18n.js";
import { button, element } from "./elements.js";
import { cellCount, hasOptions } from "./fields.js";

const KINDS = {
  text: t("text"), letters: t("letters"), digits: t("digits"), number: t("number"), date: t("date"),
  mark: t("tick box"), choice: t("one of several"), choices: t("some of several"), signature: t("signature"),
  image: t("image to key"),
};

/**
 * `on` has what a row does: `accept`, `dismiss`, `toggle`, `relabel`, `rekind`, `count`, `drop`,
 * `split`, `join` and `point`, all called with the field's id.
 */
export function createRows(list, on) {
  let built = new Map(); // id → {field, joins, row}: rows of fields that are as they were stay

  function render(fields, selected, joinable) {
    const rows = new Map(fields.map((field) => {
      const joins = joinable(field);
      const old = built.get(field.id);
      const row = old?.field === field && old.joins === joins ? old.row : rowFor(field, joins);
      row.querySelector("input").checked = selected.has(field.id);
      return [field.id, { field, joins, row }];
    }));
    built = rows;
    list.replaceChildren(...[...rows.values()].map(({ row }) => row));
  }

  function rowFor(field, joins) {
    const { id } = field;
    const called = field.label || field.name;
    const row = element("li", "detect-row", tick(id, called), labelOf(field), kindOf(field),
      joins ? joinButton(id, called) : counterOf(field),
      named(button(t("Accept"), () => on.accept(id), { title: t("Accept this one (Enter)") }),
        "accept", t("Accept {called}", { called })),
      named(button("×", () => on.dismiss(id), {
        className: "btn btn-quiet btn-sm", title: t("Dismiss (Del)"),
      }), "dismiss", t("Dismiss {called}", { called })),
      hasOptions(field) ? optionsOf(field) : null);
    row.dataset.id = id;
    row.addEventListener("mouseenter", () => on.point(id));
    row.addEventListener("mouseleave", () => on.point(null));
    row.addEventListener("focusin", () => on.point(id, true));
    return row;
  }

  /** A control that is found again by `control` when its row is made anew. */
  function named(control, name, words) {
    control.dataset.control = name;
    if (words) control.setAttribute("aria-label", words);
    return control;
  }

  function tick(id, called) {
    const box = named(element("input", "detect-tick"), "tick", t("Select {called}", { called }));
    Object.assign(box, { type: "checkbox", title: t("Select (Space); Enter accepts, Del dismisses") });
    box.addEventListener("change", () => on.toggle(id));
    return box;
  }

  function labelOf(field) {
    const input = named(element("input", "form-control detect-label"), "label", t("Label"));
    Object.assign(input, {
      value: field.label, placeholder: field.name, maxLength: 200, autocomplete: "off",
      title: t("Label; Enter goes on to the next"),
    });
    input.addEventListener("change", () => on.relabel(field.id, input.value.trim()));
    return input;
  }

  function kindOf(field) {
    const select = named(element("select", "form-select detect-kind"), "kind", t("Kind"));
    select.append(...Object.entries(KINDS).map(([kind, words]) => {
      const order = kind === "date" && field.format ? ` ${field.format}` : "";
      return new Option(words + order, kind, false, kind === field.kind);
    }));
    select.addEventListener("change", () => on.rekind(field.id, select.value));
    return select;
  }

  function counterOf(field) {
    if (field.layout !== "comb") return element("span", "detect-cells");
    const step = (text, by, name, words) =>
      named(button(text, () => on.count(field.id, by), { title: `${words} (${text === "+" ? "+" : "-"})` }),
        name, words);
    return element("span", "detect-cells", step("−", -1, "fewer", t("One cell less")),
      element("span", "value", tn("{n} cell", "{n} cells", cellCount(field))), step("+", 1, "more", t("One cell more")));
  }

  function joinButton(id, called) {
    return element("span", "detect-cells", named(button(t("Join with next"), () => on.join(id), {
      title: t("Make one choice of this and the next"),
    }), "join", t("Join {called} with the next", { called })));
  }

  /** A button a option that drops it, and between two of them one that parts the choice there. */
  function optionsOf({ id, options }) {
    const controls = options.flatMap((option, i) => {
      const called = option.label || option.value;
      const drop = named(button(`${called} ×`, () => on.drop(id, i), {
        className: "detect-option", title: t("Drop this option"),
      }), `drop-${i}`, t("Drop the option {called}", { called }));
      const split = named(button("┆", () => on.split(id, i), {
        className: "detect-split", title: t("Split: “{called}” begins a choice of its own",
          { called }),
      }), `split-${i}`, t("Split before {called}", { called }));
      return i ? [split, drop] : [drop];
    });
    return element("div", "detect-options", ...controls);
  }

  list.addEventListener("keydown", (event) => {
    const id = event.target.closest("li")?.dataset.id;
    if (!id || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTaken(event, id)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });

  function isTaken({ key, target }, id) {
    const { control } = target.dataset;
    if (control === "kind") return false;
    if (control === "label") return isTakenInLabel(key, target, id);
    if (key === "ArrowDown" || key === "ArrowUp") goOn(target, key === "ArrowDown");
    else if (key === "Enter" && control === "tick") on.accept(id);
    else if (key === "Delete" || key === "Backspace") on.dismiss(id);
    else if (key === "+") on.count(id, 1);
    else if (key === "-") on.count(id, -1);
    else return false;
    return true;
  }

  function isTakenInLabel(key, input, id) {
    if (key === "ArrowDown" || key === "ArrowUp" || key === "Enter") goOn(input, key !== "ArrowUp");
    else if (key === "Escape" && input.value !== built.get(id).field.label) {
      input.value = built.get(id).field.label;
    } else return false;
    return true;
  }

  /** To the same control of the next row, or of the one before. */
  function goOn(control, isDown) {
    const row = control.closest("li");
    const other = isDown ? row.nextElementSibling : row.previousElementSibling;
    if (other) (controlIn(other, control.dataset.control) ?? controlIn(other, "tick")).focus();
    else if (control.dataset.control === "label") control.blur();
  }

  const controlIn = (row, name) => row.querySelector(`[data-control="${name}"]`);
  const rowOf = (id) => list.querySelector(`[data-id="${id}"]`);

  return {
    render,
    /** The field of a row that stays as it is: a label was typed into it. */
    changed(field) {
      built.set(field.id, { ...built.get(field.id), field });
    },
    reveal: (id) => rowOf(id)?.scrollIntoView({ block: "nearest" }),
    /** What has the focus, to give it back with `focus` after rows were made anew. */
    focused() {
      const row = list.contains(document.activeElement) && document.activeElement.closest("li");
      if (!row) return null;
      const near = row.nextElementSibling ?? row.previousElementSibling;
      const { control } = document.activeElement.dataset;
      return { id: row.dataset.id, after: near?.dataset.id, control };
    },
    /** Whether the control, or its like in the row that took the place, has the focus now. */
    focus({ id, after, control }) {
      const row = rowOf(id) ?? rowOf(after);
      if (!row) return false;
      (controlIn(row, control) ?? controlIn(row, "tick")).focus();
      return true;
    },
  };
}
