// Numbers as the server's formatting.py writes them.

import { language, t } from "./i18n.js";

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

export function fileSize(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit > 1 && size < 9.95 ? 1 : 0;
  const number = size.toLocaleString(language, {
    minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false,
  });
  return `${number}\u00a0${unit ? UNITS[unit] : t("bytes")}`;
}

/** How long work still takes, no finer than is known. */
export function duration(seconds) {
  return t("about {time}", { time: rounded(seconds) });
}

function rounded(seconds) {
  if (seconds <= 55) return `${Math.max(5, 5 * Math.ceil(seconds / 5))}\u00a0s`;
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))}\u00a0min`;
  return `${Math.max(1, Math.round(seconds / 3600))}\u00a0h`;
}
