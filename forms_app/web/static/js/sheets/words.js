/** What came of a sheet, and numbers, in words. Pure. */

import { t, tn } from "../i18n.js";

/** 12345 as `12 345`, as the server writes it. */
export const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** What a character is called where it stands alone. */
export const nameOf = (character) =>
  ({ ticked: t("ticked"), empty: t("empty") })[character] ?? character;

/** What the sheet of a character is called. */
export function titleOf(character) {
  if (character === "ticked") return t("Boxes read as ticked");
  if (character === "empty") return t("Boxes read as empty");
  return t("Read as {character}", { character });
}

/** `118 right, 2 picked out: 14 fields confirmed, 2 fields wait for review.` */
export function inWords({ right, wrong, decided, corrected, opened, left_alone: leftAlone }) {
  const glyphs = t("{right} right, {wrong} picked out", { right, wrong });
  const fields = [
    decided && tn("{n} field confirmed", "{n} fields confirmed", decided),
    corrected && tn("{n} mark corrected", "{n} marks corrected", corrected),
    opened && tn("{n} field waits for review", "{n} fields wait for review", opened),
    leftAlone && tn(
      "{n} field left alone, decided or read anew meanwhile",
      "{n} fields left alone, decided or read anew meanwhile",
      leftAlone,
    ),
  ].filter(Boolean);
  return fields.length ? `${glyphs}: ${fields.join(", ")}.` : `${glyphs}.`;
}
