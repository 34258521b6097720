// Parts that follow the work: an element with data-live="SECONDS" and hx-get renews itself while
// the page is visible. The server sets the seconds: short while work goes on, long when it rests.

import { t } from "./i18n.js";

const TICK_MS = 500;
const LOST_AFTER = 2;
const LOST =
  t("Fieldhand does not answer at the moment. Work already uploaded is safe; this page goes on by itself.");
const NOT_FOUND = 404;
const GONE = t("What this page shows was deleted meanwhile, perhaps by somebody else.");

const last = { at: new Map(), text: new Map() };
// Addresses asked for at this moment, and those to be asked for once more when the answer is in.
const asking = new Set();
const again = new Set();
let failures = 0;

function isBusy(element) {
  const selection = document.getSelection();
  const selecting =
    selection && !selection.isCollapsed && element.contains(selection.anchorNode);
  return selecting || element.querySelector("dialog[open]") !== null || isWrittenIn(element);
}

/** What somebody types would be lost with the field that it stands in. */
function isWrittenIn(element) {
  return [...element.querySelectorAll("input, textarea")].some(
    (field) => field === document.activeElement || field.value !== field.defaultValue);
}

function tick() {
  if (document.hidden) return;
  const now = performance.now();
  for (const element of document.querySelectorAll("[data-live]")) {
    const url = element.getAttribute("hx-get");
    if (!last.at.has(url)) last.at.set(url, now);
    const waited_s = (now - last.at.get(url)) / 1000;
    if (waited_s < Number(element.dataset.live) || isBusy(element)) continue;
    refresh(element);
  }
}

/**
 * Renew one live element now. While an answer is on its way, once more after it: that answer may be
 * older than what is to be shown, and htmx forgets a second request when it swaps the element out.
 */
export function refresh(element) {
  const url = element.getAttribute("hx-get");
  last.at.set(url, performance.now());
  if (asking.has(url)) {
    again.add(url);
    return;
  }
  element.dispatchEvent(new CustomEvent("fieldhand:refresh"));
}

/** Renew all live elements now, e.g. after an upload. */
export function refreshAll() {
  document.querySelectorAll("[data-live]").forEach(refresh);
}

function noteAsked(event) {
  const asked = event.detail.requestConfig.elt;
  if (asked.matches("[data-live]")) asking.add(asked.getAttribute("hx-get"));
}

function askAgain(event) {
  const asked = event.detail.requestConfig.elt;
  if (!asked.matches("[data-live]")) return;
  const url = asked.getAttribute("hx-get");
  asking.delete(url);
  // Left to the next tick: htmx listens to what it has just swapped in only a moment later.
  if (again.delete(url)) last.at.set(url, -Infinity);
}

/** Nothing is swapped when nothing changed: focus, hover and scroll stay. */
function skipUnchanged(event) {
  if (!event.target.matches("[data-live]")) return;
  const url = event.target.getAttribute("hx-get");
  const text = event.detail.xhr.responseText;
  const isRenewal = event.detail.requestConfig.elt === event.target;
  if (isRenewal && last.text.get(url) === text) event.detail.shouldSwap = false;
  last.text.set(url, isRenewal ? text : null);
}

function keepOpen(event) {
  if (!event.detail.shouldSwap) return;
  const open = [...event.target.querySelectorAll("details[open][id]")].map(({ id }) => id);
  document.addEventListener(
    "htmx:afterSwap",
    () => open.forEach((id) => document.getElementById(id)?.setAttribute("open", "")),
    { once: true },
  );
}

function showConnection(lost, words = LOST) {
  const present = document.getElementById("connection-lost");
  if (!lost) present?.remove();
  if (!lost || present) return;
  const notice = document.createElement("p");
  notice.id = "connection-lost";
  notice.className = "notice notice-doubt toast";
  notice.textContent = words;
  document.getElementById("toasts").append(notice);
}

function countFailure(event) {
  if (!event.target.matches("[data-live]")) return;
  if (event.detail.xhr.status === NOT_FOUND) {
    // It comes back no more: nobody need ask again.
    event.target.removeAttribute("data-live");
    showConnection(true, GONE);
    return;
  }
  failures += 1;
  if (failures >= LOST_AFTER) showConnection(true);
}

function forgetFailures(event) {
  // By now the element that asked has been swapped out: the event comes from its parent.
  const asked = event.detail.requestConfig?.elt;
  if (!asked?.matches("[data-live]") || !event.detail.successful) return;
  failures = 0;
  showConnection(false);
}

export function startLive() {
  document.addEventListener("htmx:beforeSwap", skipUnchanged);
  document.addEventListener("htmx:beforeSwap", keepOpen);
  document.addEventListener("htmx:sendError", countFailure);
  document.addEventListener("htmx:responseError", countFailure);
  document.addEventListener("htmx:afterRequest", forgetFailures);
  document.addEventListener("htmx:beforeRequest", noteAsked);
  document.addEventListener("htmx:afterRequest", askAgain);
  document.addEventListener("visibilitychange", () => !document.hidden && refreshAll());
  window.setInterval(tick, TICK_MS);
}
