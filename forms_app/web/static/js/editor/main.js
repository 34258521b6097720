/** Wires the template editor: state, page, panel, lists, keys, saving, publishing. */

import { t, tn } from "../i18n.js";
import { createAutosave } from "./autosave.js";
import { createCodePanel } from "./code.js";
import { createCommands } from "./commands.js";
import { createDetect } from "./detect.js";
import { createDrawer } from "./drawer.js";
import { createDrawing } from "./drawing.js";
import { createExplanation } from "./explain.js";
import { fromFile } from "./fields.js";
import { writeKeyList, writeTooltips } from "./keylist.js";
import { createHealth } from "./health.js";
import { createFieldList, createPages } from "./lists.js";
import { extentOf, fieldsOfKeys, keysOf } from "./model.js";
import { createPanel } from "./panel.js";
import { createPresence } from "./presence.js";
import { createProblems, faultyNames } from "./problems.js";
import { bindConflict, bindLeaving, bindName, bindPublishing } from "./publishing.js";
import { createRepeat } from "./repeat.js";
import { withIds } from "./rule-links.js";
import { createRulings } from "./rulings.js";
import { createShapes } from "./shapes.js";
import { bindShortcuts } from "./shortcuts.js";
import { createRules } from "./rules.js";
import { createStatus } from "./status.js";
import { createStore } from "./store.js";
import { createTryout } from "./tryout.js";
import { createViewport } from "./viewport.js";

const root = document.getElementById("editor");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { urls, pages, version, detections } = JSON.parse(document.getElementById("editor-data").textContent);
const readOnly = version.state !== "draft";

const fields = fromFile(version.fields);
const store = createStore({
  fields,
  ...withIds(version.rules, fields),
  code: version.code,
  selection: [],
  page: 1,
  tool: "select",
  name: version.name,
  problems: version.problems,
  readOnly,
  snaps: true,
  taken: [],
});

const announce = (text) => {
  part("announcer").textContent = text;
};

const container = part("stage");
const stage = new window.Konva.Stage({ container, width: 100, height: 100 });
const viewport = createViewport(stage, part("blank"), part("desk"));
const printed = createRulings(pages, store, (page) => {
  container.dataset.linesOf = page; // From here on boxes snap to the print of this page.
});
const shapes = createShapes(stage, store, viewport, pages, printed);
const status = createStatus(part("status"), part("save-notice"), !readOnly);
const autosave = createAutosave(store, {
  urls,
  revision: version.revision,
  isBusy: () => shapes.isBusy,
  onStatus: status.show,
  onSaved(answer) {
    store.set({ problems: answer.problems });
    presence.noteChange();
  },
  onJoined({ changed, hasNewRest }) {
    if (changed) announce(tn("Somebody else changed a field.", "Somebody else changed {n} fields.", changed));
    else if (hasNewRest) announce(t("Somebody else changed the rules."));
  },
});
const commands = createCommands({
  store, viewport, pages, announce, save: autosave.save, documentId: urls.draft,
});
const panel = createPanel(part("panel"), store, pages, {
  urls,
  onDrawOption: commands["tool-choice"],
  onNext(field, step) {
    const next = store.state.fields[store.state.fields.indexOf(field) + step];
    if (next) choose(next);
  },
});
const explanation = createExplanation(part("explain"), store, urls);
createCodePanel(part("code"), store, { url: urls.code, pages });
const drawing = createDrawing({
  stage, store, viewport, shapes, pages, printed, announce,
  onDrawn: (tool) => (tool === "choice" ? panel.focusOption() : panel.focusLabel()),
});
const pageList = createPages(part("pages"), store);
const fieldList = createFieldList(part("fields"), store, {
  onChoose: (field) => viewport.reveal(extentOf(field)),
});
const problems = createProblems(part("problems"), store, {
  onChoose: choose,
  onRules: () => editor.showRules(),
});

commands.enter = () => {
  if (store.state.tool !== "select") drawing.placeInView();
  else if (store.state.selection.length) panel.focusFirst();
};

function choose(field) {
  store.set({ selection: keysOf(field), page: field.page, tool: "select" });
  viewport.reveal(extentOf(field));
  if (!readOnly) panel.focusLabel();
}

function showPage(number) {
  const page = pages[number - 1];
  viewport.show(page, page.url);
  part("blank").alt = t("Blank page {number}", { number });
}

function renderTools(state) {
  const press = (name, isPressed) => {
    for (const button of root.querySelectorAll(`[data-command="${name}"]`)) {
      button.setAttribute("aria-pressed", isPressed);
    }
  };
  for (const button of root.querySelectorAll('[data-command^="tool-"]')) {
    press(button.dataset.command, button.dataset.command === `tool-${state.tool}`);
  }
  press("toggleSnap", state.snaps);
  root.querySelector('[data-command="undo"]').disabled = !store.canUndo;
  root.querySelector('[data-command="redo"]').disabled = !store.canRedo;
  for (const button of root.querySelectorAll("[data-needs]")) {
    button.disabled = state.selection.length < Number(button.dataset.needs);
  }
  container.classList.toggle("is-drawing", state.tool !== "select");
}

function renderCounts(state) {
  const here = state.fields.filter((field) => field.page === state.page).length;
  container.setAttribute(
    "aria-label",
    t("Page {page} of {pages}, {here} fields. Arrow keys move what is selected; press a tool's letter, then Enter, to place a box.", { page: state.page, pages: pages.length, here }),
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
  explanation.render(state);
  pageList.render(state);
  fieldList.render(state, faulty);
  problems.render(state);
  renderTools(state);
  renderCounts(state);
}

function sayWhatIsSelected(state, before) {
  if (state.selection === before.selection) return;
  const fields = fieldsOfKeys(state.fields, state.selection);
  if (fields.length === 1) announce(t("{name} selected.",
    { name: fields[0].label || fields[0].name }));
  else if (fields.length > 1) announce(t("{n} fields selected.", { n: fields.length }));
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

/** What a helper (detect, check, try) may use: state, page, places for its button and findings. */
const editor = {
  version, pages, urls, store, viewport, shapes, commands, announce, choose, container,
  save: autosave.save,
  assist: part("assist"), drawer: createDrawer(part("drawer")),
};

editor.showRules = createRules(editor).show;
createHealth(editor);
createTryout(editor);
if (!readOnly) {
  createDetect(editor, detections);
  commands.repeat = createRepeat(part("repeat"), stage, {
    store, viewport, pages, announce, container,
  }).open;
  bindName({ part, store });
  bindLeaving({ part, autosave });
  bindPublishing({ part, store, autosave, urls, announce });
  bindConflict({ part, autosave, urls });
}
const presence = readOnly ? null : createPresence({
  root: part("others"), taken: part("taken"), store, urls, follow: autosave.follow,
});
bindShortcuts({ commands, store, drawing, container, readOnly });
writeKeyList(document.querySelector("[data-editor-keys]"), readOnly);
writeTooltips(root, readOnly);
render(store.state, null);
root.dataset.ready = "true";
