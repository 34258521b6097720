/** A reading of a dry run in words. Pure. */

import { t } from "../i18n.js";

const OUTCOMES = {
  blank: t("empty"), struck_out: t("struck out"), unreadable: t("unreadable"), missing_page: t("page missing"),
};

/** The value as a person reads it; what came of the field where it has none. */
export function inWords({ value, outcome }) {
  if (value === true) return t("marked");
  if (value === false) return t("not marked");
  if (Array.isArray(value)) return value.length ? value.join(", ") : t("none");
  if (value === null || value === undefined || value === "") return OUTCOMES[outcome] ?? t("empty");
  return String(value);
}

/** The shortest form of it, for a tag on the page. */
export function asTag(reading) {
  if (reading.value === true) return "✓";
  if (reading.value === false || reading.outcome === "blank") return "–";
  return inWords(reading);
}
