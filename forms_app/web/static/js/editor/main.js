/** Wires the template editor: state, page, panel, lists, keys, saving, publishing. */

import { send } from "../http.js";
import { notify } from "../notify.js";
import { createAutosave } from "./autosave.js";
import { createCommands } from "./commands.js";
import { createDrawer } from "./drawer.js";
import { createDrawing } from "./drawing.js";
import { fromFile } from "./fields.js";
import { createFieldList, createPages } from "./lists.js";
import { extentOf, fieldsOfKeys, keysOf, reorder } from "./model.js";
import { createPanel } from "./panel.js";
import { createProblems, faultyNames } from "./problems.js";
import { createShapes } from "./shapes.js";
import { bindShortcuts } from "./shortcuts.js";
import { createStatus } from "./status.js";
import { createStore } from "./store.js";
import { createViewport } from "./viewport.js";

const root = document.getElementById("editor");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { urls, pages, version } = JSON.parse(document.getElementById("editor-data").textContent);

const store = createStore({
  fields: fromFile(version.fields),
  selection: [],
  page: 1,
  tool: "select",
  name: version.name,
  problems: version.problems,
  readOnly: version.state !== "draft",
});

const announce = (text) => {
  part("announcer").textContent = text;
};

const container = part("stage");
const stage = new window.Konva.Stage({ container, width: 100, height: 100 });
const viewport = createViewport(stage, part("blank"), part("desk"));
const shapes = createShapes(stage, store, viewport, pages);
const status = createStatus(part("status"), part("save-notice"), !store.state.readOnly);
const autosave = createAutosave(store, {
  url: urls.draft,
  revision: version.revision,
  onStatus: status.show,
  onSaved: (answer) => store.set({ problems: answer.problems }),
});
const commands = createCommands({ store, viewport, pages, announce, save: autosave.save });
const panel = createPanel(part("panel"), store, pages, { onDrawOption: commands["tool-choice"] });
const drawing = createDrawing({
  stage, store, viewport, shapes, pages, announce,
  onDrawn: (tool) => (tool === "choice" ? panel.focusOption() : panel.focusLabel()),
});
const pageList = createPages(part("pages"), store);
const fieldList = createFieldList(part("fields"), store, {
  onChoose: (field) => viewport.reveal(extentOf(field)),
  onReorder: (id, step) => store.edit(reorder(store.state.fields, id, step)),
});
const problems = createProblems(part("problems"), store, choose);

function choose(field) {
  store.set({ selection: keysOf(field), page: field.page, tool: "select" });
  viewport.reveal(extentOf(field));
  if (!store.state.readOnly) panel.focusLabel();
}

function showPage(number) {
  const page = pages[number - 1];
  viewport.show(page, page.url);
  part("blank").alt = `Blank page ${number}`;
}

function renderTools(state) {
  for (const button of root.querySelectorAll("[data-command]")) {
    const name = button.dataset.command;
    if (name.startsWith("tool-")) {
      button.setAttribute("aria-pressed", name === `tool-${state.tool}`);
    }
  }
  root.querySelector('[data-command="undo"]').disabled = !store.canUndo;
  root.querySelector('[data-command="redo"]').disabled = !store.canRedo;
  const needsSelection = root.querySelectorAll("[data-needs-selection]");
  for (const button of needsSelection) button.disabled = state.selection.length === 0;
  container.classList.toggle("is-drawing", state.tool !== "select");
}

function renderCounts(state) {
  const here = state.fields.filter((field) => field.page === state.page).length;
  container.setAttribute(
    "aria-label",
    `Page ${state.page} of ${pages.length}, ${here} fields. ` +
      "Arrow keys move what is selected; press a tool's letter, then Enter, to place a box.",
  );
  part("field-count").textContent = state.fields.length;
  part("no-fields").hidden = state.fields.length > 0;
}

function render(state, before) {
  if (!before || state.page !== before.page) showPage(state.page);
  const faulty = new Set(faultyNames(state.problems, state.fields));
  shapes.markFaulty(faulty);
  shapes.render(state);
  panel.render(state);
  pageList.render(state);
  fieldList.render(state, faulty);
  problems.render(state);
  renderTools(state);
  renderCounts(state);
}

function sayWhatIsSelected(state, before) {
  if (state.selection === before.selection) return;
  const fields = fieldsOfKeys(state.fields, state.selection);
  if (fields.length === 1) announce(`${fields[0].label || fields[0].name} selected.`);
  else if (fields.length > 1) announce(`${fields.length} fields selected.`);
}

async function publish() {
  if (!(await autosave.save())) {
    notify("The draft could not be saved, so it was not published. See the message above.", "danger");
    return;
  }
  try {
    const answer = await send(urls.publish, { method: "POST", json: {} });
    window.location.assign(answer.url);
  } catch (problem) {
    const found = problem.problems?.length ? problem.problems : [problem.message];
    if (problem.code === "template") store.set({ problems: found });
    notify(`Not published: ${problem.message}`, "danger");
  }
}

function bindPublishing() {
  const dialog = document.getElementById("publish-dialog");
  part("publish").addEventListener("click", async () => {
    await autosave.save();
    if (store.state.problems.length) {
      part("problems").querySelector("button, summary")?.focus();
      announce(`Not ready: ${store.state.problems.join(" ")}`);
      notify("Settle what the list under the page names, then publish.", "doubt");
      return;
    }
    dialog.querySelector("[data-publish-count]").textContent = store.state.fields.length;
    dialog.returnValue = "cancel";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => dialog.returnValue === "publish" && publish());
}

function bindConflict() {
  part("save-notice").addEventListener("click", async (event) => {
    const way = event.target.closest("[data-way]")?.dataset.way;
    if (way === "reload") window.location.reload();
    if (way === "overwrite") {
      const latest = await send(urls.state);
      await autosave.overwrite(latest.revision);
    }
  });
}

/** The page behind must already know the last change. */
function bindLeaving() {
  part("back").addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await autosave.save();
    window.location.assign(part("back").href);
  });
}

function bindDraft() {
  const name = part("name");
  name.addEventListener("input", () => name.value.trim() && store.set({ name: name.value.trim() }));
  bindLeaving();
  bindPublishing();
  bindConflict();
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) commands[button.dataset.command]();
});
viewport.onChange(() => {
  part("zoom").textContent = `${viewport.percent} %`;
});
store.subscribe((state, before) => {
  render(state, before);
  sayWhatIsSelected(state, before);
});
bindShortcuts({ commands, store, drawing, container });
if (!store.state.readOnly) bindDraft();

/** What a helper (detect, check, try) may use: state, page, places for its button and findings. */
const editor = {
  version, pages, urls, store, viewport, shapes, commands, announce, choose, container,
  save: autosave.save, assist: part("assist"), drawer: createDrawer(part("drawer")),
};

render(store.state, null);
root.dataset.ready = "true";
