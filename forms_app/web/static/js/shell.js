// What every page has: theme, shortcuts, relative times, htmx with tokens and messages.

import { t } from "./i18n.js";
import { csrfToken, NO_ANSWER, parseProblem } from "./http.js";
import { onKeys } from "./keys.js";
import { startLive } from "./live.js";
import { notify } from "./notify.js";
import { isSignedOut, renew } from "./signed-in.js";
import { showTimes } from "./times.js";

const GO_WAIT_MS = 1200;

function effectiveTheme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function toggleTheme() {
  const theme = effectiveTheme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    window.localStorage.setItem("fieldhand-theme", theme);
  } catch {
    // Storage may be switched off: the choice then lasts for this page.
  }
  document.dispatchEvent(new CustomEvent("fieldhand:theme"));
}

/** `g` followed by a place's letter goes there. */
function goSomewhere() {
  const keys = new AbortController();
  const stop = window.setTimeout(() => keys.abort(), GO_WAIT_MS);
  const go = (event) => {
    window.clearTimeout(stop);
    keys.abort();
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    link.click();
  };
  document.addEventListener("keydown", go, { signal: keys.signal, capture: true });
}

/** Ask in a dialog of the house; htmx's own is the browser's. */
function confirmInDialog(event) {
  if (!event.detail.question) return;
  event.preventDefault();
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-question").textContent = event.detail.question;
  document.getElementById("confirm-yes").textContent =
    event.detail.elt.dataset.confirmLabel || t("Yes");
  dialog.returnValue = "cancel";
  dialog.addEventListener(
    "close",
    () => dialog.returnValue === "yes" && event.detail.issueRequest(true),
    { once: true },
  );
  dialog.showModal();
}

function wireHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:confirm", confirmInDialog);
  document.addEventListener("htmx:responseError", (event) => {
    const { error, message } = parseProblem(event.detail.xhr.responseText);
    if (isSignedOut(event.detail.xhr.status, error)) renew();
    else if (!event.target.matches("[data-live]")) notify(message || NO_ANSWER, "danger");
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!event.target.matches("[data-live]")) notify(NO_ANSWER, "danger");
  });
}

document.getElementById("theme-toggle").addEventListener("click", toggleTheme);
// Until the page is drawn again a closed dialog's button would still take the next key. By the time
// the event comes it may be open once more.
document.addEventListener(
  "close",
  ({ target }) =>
    !target.open && target.contains(document.activeElement) && document.activeElement.blur(),
  true,
);
// On a narrow screen the places are scrolled: the present one is in sight.
document.querySelector(".topbar nav [aria-current]")?.scrollIntoView({ block: "nearest" });
onKeys({ "?": () => document.querySelector('[data-opens="help"]').click(), g: goSomewhere });
wireHtmx();
startLive();
showTimes();
