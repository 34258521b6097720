/** The workbench: one page is laid onto its form, shown, confirmed, and put into its place. */

import { t, tn } from "../i18n.js";
import { send } from "../http.js";
import { onKeys } from "../keys.js";
import { notify } from "../notify.js";
import { bindFileChoices } from "./choosing.js";
import { createDesk } from "./desk.js";
import { createForms } from "./forms.js";
import { homography } from "./homography.js";
import { drawLines } from "./lines.js";
import { createPins } from "./pins.js";
import { showResult } from "./result.js";
import { createTargets } from "./targets.js";

const root = document.getElementById("workbench");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const work = JSON.parse(document.getElementById("work-data").textContent);

// laid: as the machine has it · points: a person moves it · shown: the result waits to be used
let mode = "points";
let isBusy = false;
const targets = createTargets(work.targets, {
  select: part("template-page"), find: part("find-page"), note: part("adds"),
});
const target = () => targets.chosen;
const pins = createPins(() => {
  desk?.render();
  if (mode === "laid" && pins.pins.length) setMode("points");
  say();
});
let desk = null;
const forms = createForms(part("form"), work);
desk = createDesk({
  desk: part("desk"), scan: part("scan"), bent: part("bent"), laid: part("laid"), lines: part("lines"),
  container: part("stage"), pins,
});

const counted = (n) => (n ? tn("{n} point set", "{n} points set", n) : t("no point set"));

function say() {
  const count = pins.pins.length;
  part("hint").textContent = mode === "points" ? counted(count) : "";
}

/** As it is laid, the page goes to another form than the one it is in, if it is in any. */
const isMoved = () => (work.state === "held" && work.form_id === null) || !forms.isByPlace;

function primaryLabel() {
  if (mode === "shown") return t("Use this");
  if (mode === "points") return t("Show the result");
  return isMoved() ? t("Put it into the form") : t("It fits");
}

function setMode(next) {
  mode = next;
  part("primary").textContent = primaryLabel();
  part("back").hidden = mode === "points";
  part("help").hidden = mode !== "points";
  if (mode === "points") {
    desk.showScan();
    part("result").replaceChildren();
  }
  say();
}

/** Who refuses because something has changed is asked again only after a new look. */
function tell(problem) {
  const isOld = problem.code === "changed_meanwhile";
  const lookAgain = { label: t("Look again"), run: () => window.location.reload() };
  notify(problem.message, "danger", isOld ? lookAgain : undefined);
}

async function attempt(task) {
  if (isBusy) return;
  isBusy = true;
  part("primary").disabled = true;
  try {
    await task();
  } catch (problem) {
    tell(problem);
  } finally {
    isBusy = false;
    part("primary").disabled = false;
  }
}

const placement = () => ({
  version_id: target().version_id, template_page: target().template_page,
  points: pins.points, submission_id: forms.id, new_form: forms.isNew,
});

async function showHowItLies() {
  const found = await send(work.urls.preview, { method: "POST", json: placement() });
  await desk.showLaid(found.picture, found.poor_fields);
  setMode("shown");
  showResult(part("result"), found);
}

const leave = () => window.location.assign(work.done_url);

function isDecided() {
  if (!forms.isUndecided) return true;
  part("form").focus();
  notify(t("Choose the form that this page belongs to."), "doubt");
  return false;
}

async function use() {
  if (!isDecided()) return;
  const sent = { ...placement(), seen: true };
  await send(work.urls.lay, { method: "POST", json: sent });
  leave();
}

async function takeAsLaid() {
  if (isMoved()) {
    if (!isDecided()) return;
    await send(work.urls.assign, { method: "POST", json: { submission_id: forms.id } });
  } else await send(work.urls.check, { method: "POST", json: {} });
  leave();
}

function goOn() {
  if (root.dataset.ready !== "true") return;
  attempt({ points: showHowItLies, shown: use, laid: takeAsLaid }[mode]);
}

/** Resolves to whether the person says yes. */
function confirmed(question, yes) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-question").textContent = question;
  document.getElementById("confirm-yes").textContent = yes;
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function drop() {
  const loses = t("Take this page out of its form? What was read and corrected of its fields is lost.");
  if (work.form_id !== null && !(await confirmed(loses, t("Take it out")))) return;
  await send(work.urls.drop, { method: "POST", json: {} });
  leave();
}

/** Fetch where the scan's corners lie on the chosen template page. */
async function start(chosen) {
  const address = new URL(work.urls.start, document.baseURI);
  for (const name of chosen ? ["version_id", "template_page"] : []) {
    address.searchParams.set(name, chosen[name]);
  }
  const found = await send(address.href);
  targets.choose(found);
  forms.render(target());
  desk.resizeTo(target().size);
  await drawLines(part("lines"), target().blank);
  const scans = found.points.map((point) => point.slice(0, 2));
  pins.start(homography(scans, found.points.map((point) => point.slice(2))));
}

/** A scan that cannot be opened can still be replaced or taken out. */
function showUnopened(problem) {
  part("hint").textContent = problem.message;
  for (const name of ["primary", "help"]) part(name).hidden = true;
  root.dataset.ready = "unopened";
}

async function open() {
  try {
    await start(null);
  } catch (problem) {
    showUnopened(problem);
    return;
  }
  part("scan").src = work.scan_url;
  await part("scan").decode();
  const isLaid = work.laid_url && ["held", "read"].includes(work.state);
  if (isLaid) await desk.showLaid(work.laid_url, work.loose_fields);
  setMode(isLaid ? "laid" : "points");
  root.dataset.ready = "true";
}

function turn(direction) {
  if (mode !== "points") setMode("points");
  const [width, height] = target().size;
  pins.turn(direction, [width / 2, height / 2]);
}

const commands = {
  "turn-left": () => turn(-1),
  "turn-right": () => turn(1),
  "zoom-in": () => desk.zoomBy(1),
  "zoom-out": () => desk.zoomBy(-1),
  fit: desk.fit,
  overlay() {
    const button = root.querySelector('[data-command="overlay"]');
    button.setAttribute("aria-pressed", desk.toggleLines());
  },
};

/** To a neighbour in the queue; what was set of this page's points is not kept. */
async function leaveFor(link) {
  const loses = t("Leave this page? The points that you set are lost.");
  if (pins.pins.length && !(await confirmed(loses, t("Leave it")))) return;
  window.location.assign(link.href);
}

function follow(key, none) {
  const link = root.querySelector(`[data-key="${key}"]`);
  if (link) leaveFor(link);
  else notify(none);
}

function setPoint() {
  if (mode !== "points") setMode("points");
  pins.take(desk.centre());
}

/** What is done to the points that there are. */
function withPoints(change) {
  if (pins.pins.length) change();
  else notify(t("No point is set yet: press p, or drag the scan."), "doubt");
}

function nudge(dx, dy) {
  return (event) => {
    if (mode !== "points") setMode("points");
    const step = desk.pixel * (event.shiftKey ? 10 : 1);
    pins.nudge(dx * step, dy * step);
  };
}

root.addEventListener("click", (event) => {
  const name = event.target.closest("[data-command]")?.dataset.command;
  if (name) commands[name]();
  const neighbour = event.target.closest("a[data-key]");
  if (!neighbour || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  leaveFor(neighbour);
});
part("primary").addEventListener("click", goOn);
part("back").addEventListener("click", () => setMode("points"));
part("form").addEventListener("change", () => {
  part("primary").textContent = primaryLabel();
});
part("drop").addEventListener("click", () => attempt(drop));
part("template-page").addEventListener("change", () => attempt(async () => {
  await start(target());
  setMode("points");
}));
onKeys({
  Enter: (event) => (event.target.closest("a, button") ? event.target.click() : goOn()),
  Escape: () => setMode("points"),
  p: setPoint,
  n: () => withPoints(pins.chooseNext),
  Delete: () => withPoints(pins.remove),
  ArrowLeft: nudge(-1, 0),
  ArrowRight: nudge(1, 0),
  ArrowUp: nudge(0, -1),
  ArrowDown: nudge(0, 1),
  "[": commands["turn-left"],
  "]": commands["turn-right"],
  "+": commands["zoom-in"],
  "-": commands["zoom-out"],
  0: commands.fit,
  o: commands.overlay,
  j: () => follow("j", t("There is no further page in the queue.")),
  k: () => follow("k", t("This is the first page of the queue.")),
});
bindFileChoices(leave, tell);
attempt(open);
