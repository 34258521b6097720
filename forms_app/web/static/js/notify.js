// Short messages at the corner of the page, read out by screen readers.

import { t } from "./i18n.js";

const SHOWN_MS = 6000;

/**
 * Show a message; one of danger stays until it is dismissed.
 * @param {string} message
 * @param {"info"|"doubt"|"danger"} kind
 * @param {{label: string, run: () => void}} [action] e.g. an undo
 */
export function notify(message, kind = "info", action) {
  const toast = document.createElement("div");
  toast.className = `notice toast notice-${kind}`;
  const text = document.createElement("span");
  text.textContent = message;
  toast.append(text);
  if (action) toast.append(button(action.label, () => (action.run(), toast.remove())));
  if (kind === "danger") toast.append(button(t("Dismiss"), () => toast.remove()));
  else window.setTimeout(() => toast.remove(), SHOWN_MS);
  document.getElementById("toasts").append(toast);
  return toast;
}

function button(label, run) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "btn btn-sm";
  element.textContent = label;
  element.addEventListener("click", run);
  return element;
}
