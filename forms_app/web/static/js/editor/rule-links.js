/**
 * What rules speak of: fields and options by id here, by name and value in the template file. Pure.
 *
 * A rule follows its own field and option whatever these are called meanwhile. One that is not there
 * any more keeps its id in the rule; `gone` maps the id to what it was called last.
 */

import { newId } from "./fields.js";

/** Every field and option: `[id, name or value]`. */
const called = (fields) => fields.flatMap(({ id, name, options = [] }) => [
  [id, name], ...options.map((option) => [option.id, option.value]),
]);

/** `gone` after the fields changed. */
export function remembered(gone, before, after) {
  if (before === after) return gone;
  const there = new Map(called(after));
  const lost = called(before).filter(([id]) => !there.has(id));
  return lost.length ? new Map([...gone, ...lost]) : gone;
}

const byId = (fields) => new Map(fields.map((field) => [field.id, field]));

function mapped(rule, change) {
  const next = { ...rule, fields: (rule.fields ?? []).map(change) };
  for (const key of ["total", "if"]) if (key in rule) next[key] = change(rule[key]);
  return next;
}

/**
 * Rules of a file as they are here: `{rules, gone}`; `gone` has the names and values that nothing is
 * called. The answer to a choice becomes the `option` of the rule, any other stays its `is`.
 */
export function withIds(rules, fields) {
  const gone = new Map();
  const known = byId(fields);
  const ids = new Map(fields.map((field) => [field.name, field.id]));
  const lost = (name) => {
    const id = newId();
    gone.set(id, name);
    return id;
  };
  const linked = rules.map((given) => {
    const rule = mapped(given, (name) => ids.get(name) ?? lost(name));
    const options = known.get(rule.if)?.options;
    if (!options || typeof rule.is !== "string") return rule;
    const { is, ...rest } = rule;
    return { ...rest, option: options.find((option) => option.value === is)?.id ?? lost(is) };
  });
  return { rules: linked, gone };
}

/** A text that none of `taken` is: in the file, what is gone must not pass for what is there. */
function unlike(text, taken) {
  return taken.has(text) ? unlike(`${text} (deleted)`, taken) : text;
}

/** The rules as the template file has them. */
export function withNames(rules, fields, gone) {
  const known = byId(fields);
  const names = new Set(fields.map((field) => field.name));
  const nameOf = (id) => known.get(id)?.name ?? unlike(gone.get(id), names);
  return rules.map((rule) => {
    const { option: id, ...named } = mapped(rule, nameOf);
    if (id === undefined) return named;
    const options = known.get(rule.if)?.options ?? [];
    const values = new Set(options.map((option) => option.value));
    return { ...named, is: options.find((option) => option.id === id)?.value ?? unlike(gone.get(id), values) };
  });
}
