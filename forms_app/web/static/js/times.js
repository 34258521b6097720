// Relative times stay right while a page is open; the exact local time is in the tooltip.

import { language, t } from "./i18n.js";

const RENEW_MS = 30_000;
const UNITS = [
  [86_400, (n) => (n === 1 ? t("yesterday") : t("{n}\u00a0days ago", { n }))],
  [3600, (n) => t("{n}\u00a0h ago", { n })],
  [60, (n) => t("{n}\u00a0min ago", { n })],
];

/** The same words as `formatting.ago` on the server. */
export function ago(moment, now = new Date()) {
  const passed = (now - moment) / 1000;
  for (const [seconds, say] of UNITS) {
    if (passed >= seconds) return say(Math.floor(passed / seconds));
  }
  return t("just now");
}

function renew(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    element.title = moment.toLocaleString(language === "en" ? undefined : language);
    element.textContent = ago(moment);
  }
}

export function showTimes() {
  renew(document);
  window.setInterval(() => renew(document), RENEW_MS);
  document.addEventListener("htmx:afterSwap", () => renew(document));
}
