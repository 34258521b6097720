/** "Detect": proposes the fields of the page; a person takes, corrects or dismisses them. */

import { Problem, send } from "../http.js";
import { button, element } from "./elements.js";
import { cellCount, freeName, fromFile, hasOptions } from "./fields.js";
import { keysOf, shapesOn } from "./model.js";
import { createProposedBoxes } from "./proposed.js";

const MOST_COVERED = 0.2;
const KINDS = {
  text: "text", letters: "letters", digits: "digits", number: "number", date: "date",
  mark: "tick box", choice: "choice", choices: "choices", signature: "signature", image: "image",
};

/** The proposals that cover none of the fields, and how many were left out because they do. */
export function withoutCovered(proposals, fields, page) {
  const taken = shapesOn(fields, page).map((shape) => shape.box);
  const free = proposals.filter((field) =>
    !shapesOn([field], field.page).some(({ box }) => taken.some((other) => isCovered(box, other))));
  return { free, covered: proposals.length - free.length };
}

function isCovered([x, y, w, h], [ox, oy, ow, oh]) {
  const across = Math.min(x + w, ox + ow) - Math.max(x, ox);
  const down = Math.min(y + h, oy + oh) - Math.max(y, oy);
  return across > 0 && down > 0 && across * down > MOST_COVERED * Math.min(w * h, ow * oh);
}

/** A comb of one cell more or less: equal cells in the same box. */
export function withCells(field, step) {
  return { ...field, cells: Math.max(1, cellCount(field) + step) };
}

/** `editor` is what main.js gives to helpers. */
export function createDetect(editor) {
  const { pages, store, viewport, drawer, announce, container } = editor;
  const opener = button("Detect", toggle, { title: "Find the fields that this page has printed" });
  opener.setAttribute("aria-pressed", "false");
  editor.assist.prepend(opener);

  const summary = element("p", "detect-summary");
  const all = button("Accept all", () => accept(proposals), { className: "btn btn-sm btn-primary" });
  const some = button("Accept selected", () => accept(chosen()), {
    title: "Click boxes on the page or lines of the list to select them",
  });
  const list = element("ul", "detect-list");
  list.setAttribute("aria-label", "Proposed fields");
  const unread = element("p", "notice notice-doubt");
  unread.hidden = true;
  const content = element("div", "detect", summary, unread, element("div", "actions", all, some,
    button("Dismiss all", () => drawer.close())), list);
  const boxes = createProposedBoxes({ viewport, container, onToggle: toggleChosen });

  let run = 0; // an answer that came too late is not shown
  let page = 0;
  let proposals = [];
  let selected = new Set();

  const chosen = () => proposals.filter((field) => selected.has(field.id));

  function toggle() {
    if (drawer.shows(opener)) drawer.close();
    else detect();
  }

  async function detect() {
    const mine = (run += 1);
    page = store.state.page;
    show([], "Looking for fields on this page…");
    drawer.open({ by: opener, title: "Detect", content, onClose: forget });
    try {
      const answer = await send(pages[page - 1].detect, { method: "POST", json: {} });
      if (mine !== run) return;
      const found = withoutCovered(fromFile(answer.fields), store.state.fields, page);
      show(found.free, inWords(found));
      if (answer.install && found.free.length) tellUnread(answer.install);
      announce(summary.textContent);
      if (found.free.length) all.focus();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (mine === run) show([], problem.message);
    }
  }

  function inWords({ free, covered }) {
    if (!free.length) {
      return covered ? "Everything that was found has a field already."
        : "No fields were found. Draw them with the tools above.";
    }
    const left = covered ? ` ${covered} more have a field already.` : "";
    return `${counted(free)} proposed on page ${page}.${left}`;
  }

  function tellUnread(command) {
    unread.replaceChildren(
      element("strong", "", "No labels could be read. "),
      "Fields are called field_1, field_2, …, and all places to write are of kind text: set kinds and"
        + " labels by hand. Or start from the form’s PDF, where it holds text; or run ",
      element("code", "", command),
      " where Fieldhand runs, then Detect again.",
    );
    unread.hidden = false;
  }

  const counted = (fields) => (fields.length === 1 ? "1 field" : `${fields.length} fields`);

  function show(next, words) {
    proposals = next;
    selected = new Set();
    summary.textContent = words;
    unread.hidden = true;
    render();
  }

  function render() {
    all.disabled = proposals.length === 0;
    some.disabled = chosen().length === 0;
    list.replaceChildren(...proposals.map(rowFor));
    boxes.render(store.state.page === page ? proposals : [], selected);
  }

  function rowFor(field) {
    const name = button(field.label || field.name, () => toggleChosen(field.id), {
      className: "detect-name", title: "Select (Space)",
    });
    name.setAttribute("aria-pressed", selected.has(field.id));
    const take = button("Accept", () => accept([field]), { title: "Accept this one (Enter)" });
    const drop = button("×", () => dismiss(field), {
      className: "btn btn-quiet btn-sm", title: "Dismiss (Del)",
    });
    drop.setAttribute("aria-label", `Dismiss ${field.label || field.name}`);
    const row = element("li", "detect-row", name, element("span", "muted", wordsFor(field)),
      counterFor(field), take, drop);
    row.dataset.id = field.id;
    row.addEventListener("mouseenter", () => boxes.point(field.id));
    row.addEventListener("mouseleave", () => boxes.point(null));
    row.addEventListener("focusin", () => boxes.point(field.id));
    return row;
  }

  function wordsFor(field) {
    const count = hasOptions(field) ? `, ${field.options.length} options` : "";
    return `${KINDS[field.kind]}${count}`;
  }

  function counterFor(field) {
    if (field.layout !== "comb") return element("span", "detect-cells");
    const fewer = button("−", () => count(field, -1), { title: "One cell less (-)" });
    const more = button("+", () => count(field, 1), { title: "One cell more (+)" });
    fewer.setAttribute("aria-label", "One cell less");
    more.setAttribute("aria-label", "One cell more");
    const cells = element("span", "value", `${cellCount(field)} cells`);
    return element("span", "detect-cells", fewer, cells, more);
  }

  function count(field, step) {
    const changed = withCells(field, step);
    proposals = proposals.map((each) => (each.id === field.id ? changed : each));
    keepFocus(field.id, render);
    announce(`${changed.cells} cells.`);
  }

  function toggleChosen(id) {
    if (!selected.delete(id)) selected.add(id);
    keepFocus(id, render);
  }

  /** Rendering replaces the row: the same control of the same or the next row gets the focus. */
  function keepFocus(id, change) {
    const row = list.querySelector(`[data-id="${id}"]`);
    const place = row ? [...row.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    const after = row?.nextElementSibling?.dataset.id ?? row?.previousElementSibling?.dataset.id;
    change();
    if (place < 0) return;
    const next = list.querySelector(`[data-id="${id}"]`) ?? list.querySelector(`[data-id="${after}"]`);
    const controls = next?.querySelectorAll("button") ?? [];
    (controls[place] ?? controls[0] ?? all).focus();
  }

  function dismiss(field) {
    keepFocus(field.id, () => leave([field]));
    if (!proposals.length) drawer.close();
  }

  function leave(gone) {
    proposals = proposals.filter((each) => !gone.includes(each));
    for (const field of gone) selected.delete(field.id);
    render();
  }

  /** All of them are one step of the history. */
  function accept(taken) {
    const { free } = withoutCovered(taken, store.state.fields, page);
    if (!free.length) return;
    const fields = [...store.state.fields];
    const added = free.map((field) => {
      const named = { ...field, name: freeName(field.name, fields) };
      fields.push(named);
      return named;
    });
    keepFocus(taken[0].id, () => leave(taken));
    store.edit(fields);
    store.set({ selection: added.flatMap(keysOf), tool: "select" });
    announce(`Added ${counted(added)}. Control Z takes them back.`);
    if (!proposals.length) drawer.close();
  }

  function forget() {
    run += 1;
    show([], "");
  }

  list.addEventListener("keydown", (event) => {
    const field = proposals.find((each) => each.id === event.target.closest("li")?.dataset.id);
    if (!field || event.ctrlKey || event.altKey || event.metaKey) return;
    const isName = event.target.classList.contains("detect-name");
    const isComb = field.layout === "comb";
    if (event.key === "Enter" && isName) accept([field]);
    else if (event.key === "Delete" || event.key === "Backspace") dismiss(field);
    else if (isComb && event.key === "+") count(field, 1);
    else if (isComb && event.key === "-") count(field, -1);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function step(event) {
    const row = event.target.closest("li");
    const other = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    other?.querySelector("button").focus();
  }

  store.subscribe((state, before) => {
    if (state.page !== before.page && proposals.length) render();
  });
  return { detect };
}
