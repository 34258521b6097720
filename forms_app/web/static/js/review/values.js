/** Values as they are typed, shown and sent. */

import { t } from "../i18n.js";

const PART_WIDTH = { D: 2, M: 2, Y: 4, H: 2, N: 2 };

/** `2026-11-23` as a form of format DDMMYYYY has it written: `23112026`. */
export function dateAsWritten(iso, format) {
  const [day, time = ""] = iso.includes("T") ? iso.split("T") : [iso, iso.includes(":") ? iso : ""];
  const [hour, minute] = time.split(":");
  const numbers = iso.includes("-") ? day.split("-") : iso.includes(":") ? [] : [day];
  const found = { H: hour, N: minute };
  const letters = numbers[0]?.length === 4 ? ["Y", "M", "D"] : ["M", "D"];
  numbers.forEach((number, i) => {
    found[letters[i]] = number;
  });
  // MM after HH are minutes.
  const parts = format.replace(/[^DMYH]/g, "").match(/D+|M+|Y+|H+/g) ?? [];
  let afterHour = false;
  const written = parts.map((part) => {
    const letter = part[0] === "M" && afterHour ? "N" : part[0];
    afterHour ||= letter === "H";
    return (found[letter] ?? "").slice(part === "YY" ? -2 : -PART_WIDTH[letter]);
  });
  return written.join("");
}

/** A field's value as text to be typed over. */
export function asTyped(value, field) {
  if (value === null || value === undefined || typeof value === "boolean") return "";
  if (field.kind === "date" && field.date_format) return dateAsWritten(value, field.date_format);
  return String(value);
}

/** What the machine read as one string per cell of a comb, '' for an empty cell. */
export function cellsOfReading(reading, cells) {
  const texts = Array(cells).fill("");
  reading.characters.forEach((character, i) => {
    const at = character.cell ?? i;
    if (at < cells) texts[at] = character.value;
  });
  return texts;
}

/** A value for people: what a truth value or an option means in words. */
export function inWords(value, field) {
  const yes = field.kind === "signature"
    ? [t("signed"), t("not signed")]
    : [t("ticked"), t("not ticked")];
  if (value === true) return yes[0];
  if (value === false) return yes[1];
  if (value === null || value === "" || value.length === 0) return t("blank");
  const labels = new Map(field.options.map((option) => [option.value, option.label]));
  const named = (each) => labels.get(each) || each;
  return Array.isArray(value) ? value.map(named).join(", ") : named(value);
}

const letters = (text) => text.toLowerCase().replace(/\s+/g, "");

/** Values of the field's list that what was typed may become; none before anything is typed. */
export function completions(typed, values, most) {
  const start = values.length ? letters(typed) : "";
  if (!start) return [];
  return values
    .filter((value) => letters(value).startsWith(start) && letters(value) !== start)
    .slice(0, most);
}

/** Whether two values are the same, lists in any order. */
export function same(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each) => b.includes(each));
  }
  return (a ?? null) === (b ?? null);
}
