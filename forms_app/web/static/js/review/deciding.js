/** Decisions from the station to the server, and their way back. */

import { t } from "../i18n.js";
import { askNote } from "./note.js";

// So short that nobody notices, long enough that most refusals find the field still on screen.
const PATIENCE_MS = 25;

const pause = (ms) => new Promise((done) => {
  window.setTimeout(done, ms);
});
const nameOf = (item) => item.field.label || item.field.name;
const isKey = (one, other) =>
  one.submission_id === other.submission_id && one.field_name === other.field_name;

/**
 * `parts` are the station's: `{station, queue, outbox, undo, effort, progress, seat, mode, show,
 * advance, setOpen, interrupt, showSending}`. Every function answers a promise and throws a Problem when the server refuses.
 */
export function createDeciding(parts) {
  const { station, queue, outbox, undo, effort, progress, seat, mode } = parts;
  const settled = [];
  const pending = new Set();
  let comingBack = 0;
  let refused = null;

  /**
   * Send a decision of the field on screen. Answers whether the field may be left: the server has
   * taken it, or has not answered yet; a refusal that comes later brings the field back.
   */
  async function settle(decision, more = {}) {
    const { item } = station;
    const body = {
      window: seat.id, mode, ...decision, keyed: station.keyed, ...effort.spent, ...more,
    };
    const step = leave(item, { url: item.undo_url, withdraws: true });
    settled.push(item.key);
    if (item.state === "open") parts.countOpen(-1);
    let isWaitedFor = true;
    let failure = null;
    const sending = outbox.decide({ key: item.key, label: nameOf(item), url: item.decide_url, body })
      .then((result) => {
        if (!result?.refused) {
          taken(item, result, step);
          return;
        }
        failure = result;
        if (!isWaitedFor) comeBack(item, decision, result);
      })
      .catch((error) => {
        failure = error;
        if (!isWaitedFor) progress.refusedLater(nameOf(item), error.message, () => reopen(item.key));
      })
      .finally(() => {
        pending.delete(sending);
        parts.showSending(pending.size);
        if (failure) forgetStep(step, item);
      });
    pending.add(sending);
    parts.showSending(pending.size);
    await Promise.race([sending, pause(PATIENCE_MS)]);
    isWaitedFor = false;
    if (failure instanceof Error) throw failure;
    if (failure) sayRefused(decision, failure);
    return !failure;
  }

  function taken(item, result, step) {
    // What a test was answered leaves nothing to take back.
    if (result?.test) undo.drop(step);
    if (result?.test) progress.say(result.test.message, result.test.missed ? "doubt" : "info");
    // A test leaves it open, and so does the first of two who key a field.
    if (item.state === "open" && result?.state !== "open") progress.countWaiting(-1);
    if (result && pending.size === 1) parts.setOpen(result.open);
  }

  function sayRefused(decision, { refused: message, reason }) {
    refused = decision;
    progress.showRefusal(message, reason === "rule_broken");
    station.refocus();
  }

  function comeBack(item, decision, result) {
    comingBack += 1;
    parts.interrupt(async () => {
      comingBack -= 1;
      parts.show(await queue.jump(item.key));
      if (decision.action === "correct") station.take(decision.value);
      sayRefused(decision, result);
    });
  }

  const reopen = (key) => parts.interrupt(async () => parts.show(await queue.jump(key)));

  function forgetStep(step, item) {
    undo.drop(step);
    unsettle(step.key);
    if (item.state === "open") parts.countOpen(1);
  }

  function unsettle(key) {
    settled.splice(0, settled.length, ...settled.filter((each) => !isKey(each, key)));
  }

  /** The field was dealt with: `how` says how to take that back. */
  function leave(item, how) {
    const step = { key: item.key, label: nameOf(item), ...how };
    queue.forget(item.key);
    undo.push(step);
    return step;
  }

  /** What Enter says of the field; answers whether it may be left. */
  async function keepCurrent() {
    if (station.item.held_by) return true;
    const decision = station.decision();
    if (decision === null) return true;
    if (!decision.hint) return settle(decision);
    progress.showRefusal(decision.hint, false);
    if (decision.place === undefined) station.refocus();
    else station.focusAt(decision.place);
    return false;
  }

  async function say(action, value = null) {
    if (station.item.held_by) return;
    if (await settle({ action, value })) await parts.advance();
  }

  /** Keep what was refused, with a note. */
  async function keep() {
    if (!progress.isKeepable) return;
    const note = await askNote({
      title: t("Why is it kept although it breaks the rule?"),
      yes: t("Keep"),
      choices: [
        t("The paper says so"), t("The rule does not fit this form"), t("Asked, and it is right"),
      ],
    });
    if (note && (await settle(refused, { override: true, note }))) await parts.advance();
  }

  /** A newer model's word beside a person's: take it, or keep one's own. */
  async function answerProposal(isTaken) {
    const { decision, proposal, held_by: holder } = station.item;
    if (!proposal || holder) return;
    const taken = proposal.outcome === "blank" || proposal.value === null
      ? { action: "blank", value: null }
      : { action: "correct", value: proposal.value };
    const { action, value } = isTaken ? taken : decision;
    await say(action, value);
  }

  /** Typing first; else the last thing done in this window, this page or one before it. */
  async function takeBack() {
    if (station.item && station.isEdited()) {
      station.reset();
      return;
    }
    if (!(await idle())) return;
    const step = undo.last;
    if (!step) {
      progress.announce(t("There is nothing to undo."));
      return;
    }
    if (!(step.withdraws && outbox.withdraw(step.key))) await sendBack(step);
    undo.drop(step);
    unsettle(step.key);
    queue.forget(step.key);
    const restored = await queue.jump(step.key);
    if (step.withdraws && restored.state === "open") progress.countWaiting(1);
    parts.show(restored);
    progress.announce(t("Undone. {field}", { field: station.inWords() }));
  }

  async function sendBack(step) {
    const { key, url } = step;
    const decision = { key, label: t("Undo"), url, body: { window: seat.id } };
    try {
      const result = await outbox.decide(decision);
      if (result) parts.setOpen(result.open);
    } catch (error) {
      // Others have had their say since: this one can never be taken back, those before it can.
      if (error.status === 409) undo.drop(step);
      throw error;
    }
  }

  /** Once all is answered, or waits to be sent again: whether no refused field is coming back. */
  async function idle() {
    while (pending.size) await Promise.all(pending);
    return comingBack === 0;
  }

  return {
    keepCurrent, say, keep, answerProposal, takeBack, leave, idle,
    isSettled: (key) => settled.some((each) => isKey(each, key)),
  };
}
