/** This window's seat: the fields that the server has handed it stay its own while it is in use. */

import { csrfToken, send } from "../http.js";
import { randomId } from "../ids.js";

const PLACE = "fieldhand-window";
const RENEW_MS = 60_000;

/** Kept over a reload, which asks for the same fields again; a duplicated tab has its own. */
function windowId() {
  const [entry] = window.performance.getEntriesByType("navigation");
  const kept = entry?.type === "reload" ? window.sessionStorage.getItem(PLACE) : null;
  const id = kept ?? randomId();
  window.sessionStorage.setItem(PLACE, id);
  return id;
}

/** Says at most once a minute, and only while somebody does something, that the seat is taken. */
export function takeSeat({ stayUrl, leaveUrl }) {
  const id = windowId();
  let renewedAt = Date.now();

  function noteWork() {
    if (Date.now() - renewedAt < RENEW_MS) return;
    renewedAt = Date.now();
    send(stayUrl, { method: "POST", json: { window: id } }).catch(() => {});
  }

  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, noteWork, true);
  window.addEventListener("pagehide", () => {
    fetch(leaveUrl, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ window: id }),
    }).catch(() => {});
  });
  return { id };
}
