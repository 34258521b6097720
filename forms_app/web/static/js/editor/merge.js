/** Joining two people's changes of one draft, field by field, rule by rule. Pure; as in the template file. */

import { freeName } from "./fields.js";

/** A text that is equal for equal values, whatever the order of their keys. */
const written = (value) =>
  JSON.stringify(value, (_, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each);

export const isSame = (a, b) => a === b || written(a) === written(b);

const byName = (fields) => new Map(fields.map((field) => [field.name, field]));
const order = (fields) => fields.map((field) => field.name);

/** Fields that both drew under one name, as automatic names are: mine get other names. */
function keptApart(base, mine, theirs) {
  const [old, other] = [byName(base), byName(theirs)];
  const renamed = new Map();
  const fields = mine.map((field) => {
    const rival = other.get(field.name);
    if (!rival || old.has(field.name) || isSame(rival, field)) return field;
    const name = freeName(field.name, [...mine, ...theirs, ...[...renamed.values()].map((n) => ({ name: n }))]);
    renamed.set(field.name, name);
    return { ...field, name };
  });
  return { fields, renamed };
}

/**
 * `mine` and `theirs` were both made from `base`. Each field is taken from whoever changed it;
 * `conflicts` names those that both changed, differently (`fields` then has mine); `renamed` maps
 * the names of new fields of mine that they had used as well.
 */
export function merged(base, mine, theirs) {
  const { fields: ours, renamed } = keptApart(base, mine, theirs);
  const [old, own, other] = [base, ours, theirs].map(byName);
  const conflicts = [];
  const result = new Map();
  for (const name of new Set([...own.keys(), ...other.keys()])) {
    const [before, left, right] = [old.get(name), own.get(name), other.get(name)];
    const isMine = isSame(left, right) || isSame(right, before);
    const taken = !isMine && isSame(left, before) ? right : left;
    if (!isMine && !isSame(left, before)) conflicts.push(name);
    if (taken) result.set(name, taken);
  }
  const kept = (names) => names.filter((name) => old.has(name) && result.has(name));
  const iReordered = !isSame(kept(order(base)), kept(order(ours)));
  const [first, second] = iReordered ? [order(ours), order(theirs)] : [order(theirs), order(ours)];
  const names = [...new Set([...first, ...second])].filter((name) => result.has(name));
  return { fields: names.map((name) => result.get(name)), conflicts, renamed };
}
