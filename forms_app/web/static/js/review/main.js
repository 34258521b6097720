/** The review station: queue, decisions, keys. */

import { Problem } from "../http.js";
import { t } from "../i18n.js";
import { notify } from "../notify.js";
import { createKeyed } from "./blind.js";
import { createDeciding } from "./deciding.js";
import { createDetours } from "./detours.js";
import { createEffort } from "./effort.js";
import { createKeyList } from "./key-list.js";
import { createKeymap } from "./keymap.js";
import { bindKeys } from "./keys.js";
import { createOutbox } from "./outbox.js";
import { createProgress } from "./progress.js";
import { createQueue } from "./queue.js";
import { takeSeat } from "./seat.js";
import { createStation } from "./station.js";
import { createUndo } from "./undo.js";

const ASK_AGAIN_MS = 3000;
const WAIT_MS = 20;

const root = document.getElementById("review");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { first, mode, keys, urls } =
  JSON.parse(document.getElementById("review-data").textContent);

const progress = createProgress(root);
const effort = createEffort();
const keymap = createKeymap(keys);
const keyList = createKeyList({ keymap, saveUrl: urls.keys });
const station = createStation(root, { onInput: progress.hideRefusal, onKeys: keyList.paint });
const outbox = createOutbox({ onChange: progress.showWaiting, onRefused: sayRefusedLater });
const seat = takeSeat({ stayUrl: urls.stay, leaveUrl: urls.leave });
const undo = createUndo({
  onChange(count) {
    part("undo").disabled = count === 0;
  },
});
const queue = createQueue({
  nextUrl: urls.next, takeUrl: urls.take, first, seat, isSettled: (key) => deciding.isSettled(key),
});
let isBusy = false;
let openNow = null; // fetched in advance, an item's own count is of yesterday
let asking = 0;

const parts = {
  station, queue, outbox, undo, effort, progress, seat, mode, show, advance, finish, interrupt,
  showSending(count) {
    root.dataset.sending = count;
  },
  /** How many are left, as the server says. */
  setOpen(count) {
    openNow = count;
  },
  countOpen(step) {
    openNow = Math.max((openNow ?? station.item.open_count) + step, 0);
    station.showProgress(openNow);
  },
};
const deciding = createDeciding(parts);
const detours = createDetours({ ...parts, deciding });
const keyed = createKeyed(part("keyed"), {
  onTake: ({ action, value }) => guarded(() => deciding.say(action, value)),
});

function sayRefusedLater({ key, label }, message) {
  progress.refusedLater(label, message, () => guarded(async () => show(await queue.jump(key))));
}

function show(item) {
  progress.hideRefusal();
  station.show(item);
  keyed.show(item);
  root.toggleAttribute("data-blind", item.is_blind);
  keyList.paint(part("keyed"));
  station.showProgress(openNow ?? item.open_count);
  effort.start();
  const address = new URLSearchParams({ field: item.key.field_name });
  for (const [name, value] of new URLSearchParams(window.location.search)) {
    if (name !== "field") address.set(name, value);
  }
  window.history.replaceState(null, "", `${item.station_url}?${address}`);
  const place = t("{position} of {total}", { position: item.position, total: item.total });
  document.title = `${place} · ${part("mode").textContent} · Fieldhand`;
  progress.announce(station.inWords());
  window.clearTimeout(asking);
  if (item.held_by) asking = window.setTimeout(() => guarded(askAgain), ASK_AGAIN_MS);
}

/** Another person's field opens as soon as it is free. */
async function askAgain() {
  const item = await queue.ask();
  if (item.held_by) asking = window.setTimeout(() => guarded(askAgain), ASK_AGAIN_MS);
  else show(item);
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

/** As `guarded`, once nothing else is going on. */
async function interrupt(work) {
  while (isBusy) await new Promise((done) => window.setTimeout(done, WAIT_MS));
  await guarded(work);
}

async function advance() {
  const next = (await queue.next()) ?? (await nextAfterAll());
  if (next) show(next);
  else await finish();
}

/** While a decision is on its way its field may be handed out once more: ask again after it. */
async function nextAfterAll() {
  return (await deciding.idle()) ? queue.next() : null;
}

async function finish() {
  if (!(await deciding.idle())) return;
  if (outbox.count) await outbox.retry();
  if (outbox.count) {
    notify(t("That was the last field. Keep this page open until everything is sent."), "doubt");
    return;
  }
  window.location.assign(urls.done);
}

async function back() {
  if (!(await deciding.idle())) return;
  const previous = await queue.previous();
  if (previous) show(previous);
  else progress.announce(t("This is the first field."));
}

async function confirm() {
  if (await deciding.keepCurrent()) await advance();
}

const commands = {
  confirm: () => guarded(confirm),
  back: () => guarded(back),
  finishForm: () => guarded(detours.finishForm),
  blank: () => guarded(() => deciding.say("blank")),
  unreadable: () => guarded(() => deciding.say("unreadable")),
  undo: () => guarded(deciding.takeBack),
  keep: () => guarded(deciding.keep),
  postpone: () => guarded(detours.postpone),
  refer: () => guarded(detours.refer),
  misaligned: () => guarded(detours.reportMisaligned),
  before: () => guarded(detours.takeBefore),
  takeProposal: () => guarded(() => deciding.answerProposal(true)),
  keepMine: () => guarded(() => deciding.answerProposal(false)),
  take1: () => keyed.take(0) || station.takeAlternative(0),
  take2: () => keyed.take(1) || station.takeAlternative(1),
  take3: () => station.takeAlternative(2),
  list: station.takeFromList,
  press: station.press,
  refocus: station.refocus,
  history: station.toggleHistory,
  wholePage() {
    part("whole").setAttribute("aria-pressed", station.wholePage());
  },
  help: keyList.open,
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) commands[button.dataset.command]();
});
bindKeys(commands, keymap);
guarded(async () => {
  const item = await queue.current();
  if (!item) {
    await finish();
    return;
  }
  show(item);
  root.dataset.ready = "true";
});
