// The session of a page that stays open may end. Its work is kept: a notice leads to signing in
// beside it, and with the new session's token the page goes on.

import { t } from "./i18n.js";

const page = document.querySelector('meta[name="signed-in"]');
const token = document.querySelector('meta[name="csrf-token"]');
const SIGNED_OUT = 401;
const STALE = "stale_page";
let asking = null;

/** Whether an answer says that the page's session or token is not the present one. */
export function isSignedOut(status, code) {
  return status === SIGNED_OUT || code === STALE;
}

/**
 * Take over the present session's token. Answers a sentence that says what is in the way, or null
 * when the page may go on.
 */
export function renew() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

async function ask() {
  let response;
  try {
    const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
    response = await fetch(page.dataset.again, { headers });
  } catch {
    return t("Fieldhand does not answer; it is tried again.");
  }
  if (response.status === SIGNED_OUT) {
    return show(t("You are signed out. Nothing on this page is lost: sign in, and it goes on."));
  }
  if (!response.ok) return t("Fieldhand does not answer; it is tried again.");
  const now = await response.json();
  if (String(now.user_id) !== page.content) {
    return show(t("Somebody else has signed in with this browser. What waits here is sent once you have."));
  }
  token.content = now.csrf_token;
  document.getElementById("signed-out")?.remove();
  return null;
}

function show(words) {
  const notice = document.getElementById("signed-out") ?? build();
  notice.firstChild.textContent = words;
  return words;
}

function build() {
  const notice = document.createElement("p");
  notice.id = "signed-out";
  notice.className = "notice notice-danger toast";
  const text = document.createElement("span");
  const link = document.createElement("a");
  Object.assign(link, { href: page.dataset.signIn, target: "_blank", className: "btn btn-sm" });
  link.textContent = t("Sign in");
  notice.append(text, link);
  document.getElementById("toasts").append(notice);
  return notice;
}

// Whoever comes back from signing in need not wait for the next try.
window.addEventListener("focus", () => document.getElementById("signed-out") && renew());
