/** The review station: queue, decisions, keys. */

import { Problem } from "../http.js";
import { notify } from "../notify.js";
import { bindKeys } from "./keys.js";
import { createOutbox } from "./outbox.js";
import { createQueue } from "./queue.js";
import { createStation } from "./station.js";

const root = document.getElementById("review");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { first, urls } = JSON.parse(document.getElementById("review-data").textContent);

const station = createStation(root, { onInput: hideRefusal });
const outbox = createOutbox({ onChange: showWaiting, onRefused: sayRefusedLater });
const decided = [];
const queue = createQueue({ nextUrl: urls.next, itemUrl: urls.item, first, isSettled });
let isBusy = false;
let refused = null;
let openNow = null; // fetched in advance, an item's own count is of yesterday

function isSettled(key) {
  return decided.some(
    (each) => each.submission_id === key.submission_id && each.field_name === key.field_name);
}

function announce(text) {
  part("announcer").textContent = text;
}

/** The count beside "Review" goes along; the next page has it from the server. */
function countWaiting(step) {
  const count = document.getElementById("nav-count");
  const waiting = Number(count.textContent.replace(/\D/g, "")) + step;
  count.textContent = waiting > 0 ? waiting : "";
}

function showWaiting(count) {
  part("waiting").hidden = count === 0;
  part("waiting-count").textContent = count === 1 ? "1 decision" : `${count} decisions`;
}

function sayRefusedLater({ key, label }, message) {
  notify(`Not taken: ${label}. ${message}`, "danger", {
    label: "Open", run: () => guarded(async () => show(await queue.jump(key))),
  });
}

function hideRefusal() {
  part("refusal").hidden = true;
}

function showRefusal(message, canKeep) {
  part("refusal").hidden = false;
  part("refusal-message").textContent = message;
  part("keep").hidden = !canKeep;
  station.refocus();
}

function show(item) {
  hideRefusal();
  station.show(item);
  station.showProgress(openNow ?? item.open_count);
  const key = new URLSearchParams({ field: item.key.field_name });
  for (const [name, value] of new URLSearchParams(window.location.search)) {
    if (name !== "field") key.set(name, value);
  }
  window.history.replaceState(null, "", `${item.station_url}?${key}`);
  document.title = `${item.position} of ${item.total} · Review · Fieldhand`;
  announce(station.inWords());
}

/** One command at a time; a failure is told and nothing is lost. */
async function guarded(work) {
  if (isBusy) return;
  isBusy = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notify(error.message, "danger");
  } finally {
    isBusy = false;
  }
}

async function advance() {
  const next = await queue.next();
  if (next) show(next);
  else await finish();
}

async function finish() {
  if (outbox.count) await outbox.retry();
  if (outbox.count) {
    notify("That was the last field. Keep this page open until everything is sent.", "doubt");
    return;
  }
  window.location.assign(urls.done);
}

async function decide({ action, value }, override = false) {
  const { item } = station;
  const label = item.field.label || item.field.name;
  const result = await outbox.decide({
    key: item.key, label, url: item.decide_url, body: { action, value, override },
  });
  if (result?.refused) {
    refused = { action, value };
    showRefusal(result.refused, true);
    return;
  }
  if (item.state === "open") countWaiting(-1);
  queue.forget(item.key);
  decided.push(item.key);
  part("undo").disabled = false;
  openNow = result ? result.open_in_batch : Math.max((openNow ?? item.open_count) - 1, 0);
  await advance();
}

async function confirm() {
  const decision = station.decision();
  if (decision === null) await advance();
  else if (decision.hint) showRefusal(decision.hint, false);
  else await decide(decision);
}

async function undo() {
  if (station.isEdited()) {
    station.reset();
    return;
  }
  const key = decided.at(-1);
  if (!key) {
    announce("There is nothing to undo.");
    return;
  }
  const undoUrl = urls.undo.replace("/0/", `/${key.submission_id}/`) +
    encodeURIComponent(key.field_name);
  if (!outbox.withdraw(key)) {
    const result = await outbox.decide({ key, label: "Undo", url: undoUrl, body: {} });
    openNow = result?.open_in_batch ?? openNow;
  }
  decided.pop();
  part("undo").disabled = decided.length === 0;
  queue.forget(key);
  const restored = await queue.jump(key);
  if (restored.state === "open") countWaiting(1);
  show(restored);
  announce(`Undone. ${station.inWords()}`);
}

async function back() {
  const previous = await queue.previous();
  if (previous) show(previous);
  else announce("This is the first field.");
}

const commands = {
  confirm: () => guarded(confirm),
  back: () => guarded(back),
  blank: () => guarded(() => decide({ action: "blank", value: null })),
  unreadable: () => guarded(() => decide({ action: "unreadable", value: null })),
  undo: () => guarded(undo),
  keep: () => !part("refusal").hidden && refused && guarded(() => decide(refused, true)),
  take: station.takeAlternative,
  list: station.takeFromList,
  press: station.press,
  refocus: station.refocus,
  wholePage() {
    part("whole").setAttribute("aria-pressed", station.wholePage());
  },
  help: () => document.getElementById("help").showModal(),
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) commands[button.dataset.command]();
});
bindKeys(commands);
guarded(async () => {
  show(await queue.current());
  root.dataset.ready = "true";
});
