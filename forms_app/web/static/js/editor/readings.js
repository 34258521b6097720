/** A reading of a dry run in words. Pure. */

const OUTCOMES = {
  blank: "empty", struck_out: "struck out", unreadable: "unreadable", missing_page: "page missing",
};

/** The value as a person reads it; what came of the field where it has none. */
export function inWords({ value, outcome }) {
  if (value === true) return "marked";
  if (value === false) return "not marked";
  if (Array.isArray(value)) return value.length ? value.join(", ") : "none";
  if (value === null || value === undefined || value === "") return OUTCOMES[outcome] ?? "empty";
  return String(value);
}

/** The shortest form of it, for a tag on the page. */
export function asTag(reading) {
  if (reading.value === true) return "✓";
  if (reading.value === false || reading.outcome === "blank") return "–";
  return inWords(reading);
}
