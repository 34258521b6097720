/** The section that repeats what is selected in a grid, with a preview on the page. */

import { t } from "../i18n.js";
import { fieldsOfKeys, extentOf } from "./model.js";
import { MOST_COPIES, fitsPage, gridOffsets, namePattern, repeated, startingPoint } from "./grid.js";
import { inkOf } from "./palette.js";
import { notify } from "../notify.js";

export function createRepeat(root, stage, { store, viewport, pages, announce, container }) {
  const { Konva } = window;
  const find = (name) => root.querySelector(`[data-repeat-${name}]`);
  const inputs = Object.fromEntries(
    ["rows", "columns", "across", "down", "name", "label"].map((name) => [name, find(name)]),
  );
  let start = null;
  let isNamed = false;
  const layer = new Konva.Layer({ listening: false });
  layer.add(new Konva.Shape({ sceneFunc: (context) => paint(context._context) }));
  stage.add(layer);

  const number = (input) => Math.trunc(Number(input.value));

  function plan() {
    return {
      base: start.base,
      absorbed: start.absorbed,
      rows: number(inputs.rows),
      columns: number(inputs.columns),
      step: [Number(inputs.across.value), Number(inputs.down.value)],
      name: inputs.name.value.trim(),
      label: inputs.label.value,
    };
  }

  /** Why the grid cannot be made, or an empty text. */
  function obstacle(wanted) {
    const { rows, columns, step, name, base } = wanted;
    const count = rows * columns * base.length;
    if (!(rows >= 1 && columns >= 1) || count < 2) return t("Give two rows or columns at least.");
    if (count > MOST_COPIES) return t("A grid may have {most} fields at most.",
      { most: MOST_COPIES });
    if (step.some(Number.isNaN)) return t("Give the distance from one to the next in pixels.");
    if (!name) return t("Give a pattern for the names.");
    if (base.length > 1 && !name.includes("{name}")) return t("Use {name}, so that names stay apart.");
    const page = pages[start.base[0].page - 1];
    return fitsPage(base, wanted, page) ? "" : t("The grid does not fit on the page.");
  }

  function paint(canvas) {
    if (!start) return;
    const wanted = plan();
    const css = 1 / viewport.view.scale;
    if (wanted.rows * wanted.columns > MOST_COPIES) return;
    canvas.strokeStyle = inkOf("selected");
    canvas.lineWidth = 1.25 * css;
    canvas.setLineDash([5 * css, 3 * css]);
    for (const { dx, dy } of gridOffsets(wanted)) {
      for (const field of start.base) {
        const [x, y, width, height] = extentOf(field);
        canvas.strokeRect(x + dx, y + dy, width, height);
      }
    }
  }

  function proposeNames() {
    const { rows, columns, base } = plan();
    const isGroup = base.length > 1;
    const stem = isGroup ? "{name}" : base[0].name.replace(/_\d+$/, "") || "item";
    if (!isNamed) inputs.name.value = namePattern(stem, rows, columns);
    if (isNamed || !base[0].label) return;
    inputs.label.value = namePattern(isGroup ? "{name}" : base[0].label, rows, columns,
      [" {row}", " {col}", "."]).replace(". ", ".");
  }

  function renew() {
    proposeNames();
    const wanted = plan();
    const problem = obstacle(wanted);
    find("problem").textContent = problem;
    find("apply").disabled = problem !== "";
    find("apply").textContent = problem ? t("Repeat") : t("Make {n} fields",
      { n: wanted.rows * wanted.columns * wanted.base.length });
    layer.batchDraw();
  }

  function open() {
    const { fields, selection, readOnly } = store.state;
    if (readOnly) return;
    if (!selection.length) {
      notify(t("Select what is to be repeated first: click a box, or drag a frame around several."), "doubt");
      return;
    }
    start = startingPoint(fields, selection);
    isNamed = false;
    inputs.rows.value = start.rows;
    inputs.columns.value = start.columns;
    [inputs.across.value, inputs.down.value] = start.step;
    inputs.label.value = "";
    root.hidden = false;
    renew();
    root.scrollIntoView({ block: "nearest" });
    inputs.rows.focus();
    inputs.rows.select();
  }

  function close() {
    if (!start) return;
    start = null;
    root.hidden = true;
    layer.batchDraw();
  }

  function apply() {
    const wanted = plan();
    if (obstacle(wanted)) return;
    close();
    const made = repeated(store.state.fields, wanted);
    store.edit(made.fields);
    store.set({ selection: made.keys });
    announce(t("Made a grid of {n} fields.", { n: fieldsOfKeys(made.fields, made.keys).length }));
    container.focus({ preventScroll: true });
  }

  root.addEventListener("input", (event) => {
    if (event.target === inputs.name || event.target === inputs.label) isNamed = true;
    renew();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (event.key === "Enter" && event.target.matches("button")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return void apply();
    close();
    container.focus({ preventScroll: true });
  });
  find("apply").addEventListener("click", apply);
  find("cancel").addEventListener("click", close);
  store.subscribe((state, before) => state.selection !== before.selection && close());
  return { open };
}
