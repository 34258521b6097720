/** Rules over several fields: kinds, sentences, and the way from and to the template file. Pure. */

export const KINDS = {
  sum: { title: "Sum", hint: "these fields add up to a total", fits: ["digits", "number"], least: 2 },
  equal: { title: "Equal", hint: "these fields say the same", fits: null, least: 2 },
  date_order: { title: "Date order", hint: "each date is on or after those above", fits: ["date"], least: 2 },
  required_if: { title: "Required if", hint: "these fields must be filled in", fits: null, least: 1 },
};

/** Whether a rule of this kind can look at a field. */
export const fits = (kind, field) =>
  field.kind !== "image" && (KINDS[kind].fits?.includes(field.kind) ?? true);

export const isYesNo = (field) => field?.kind === "mark" || field?.kind === "signature";

function mapped(rule, change) {
  const next = { ...rule, fields: (rule.fields ?? []).map(change) };
  for (const key of ["total", "if"]) if (key in rule) next[key] = change(rule[key]);
  return next;
}

/** Names become ids; a name without a field stays as it is. */
export const withIds = (rules, fields) => {
  const ids = new Map(fields.map((field) => [field.name, field.id]));
  return rules.map((rule) => mapped(rule, (name) => ids.get(name) ?? name));
};

export const withNames = (rules, fields) => {
  const names = new Map(fields.map((field) => [field.id, field.name]));
  return rules.map((rule) => mapped(rule, (id) => names.get(id) ?? id));
};

/**
 * The rules after the fields changed: what named a field that is gone keeps its name, and means
 * whichever field has that name (cut and pasted, say). The same list where nothing changes.
 */
export function linked(rules, before, after) {
  const ids = new Set(after.map((field) => field.id));
  const named = new Map(after.map((field) => [field.name, field.id]));
  const old = new Map(before.map((field) => [field.id, field.name]));
  let isChanged = false;
  const next = rules.map((rule) => mapped(rule, (reference) => {
    if (ids.has(reference)) return reference;
    const name = old.get(reference) ?? reference;
    const found = named.get(name) ?? name;
    isChanged ||= found !== reference;
    return found;
  }));
  return isChanged ? next : rules;
}

function condition(rule, fields, label) {
  if (rule.is === undefined) return `${label(rule.if)} is filled in`;
  if (rule.is === true) return `${label(rule.if)} is marked`;
  if (rule.is === false) return `${label(rule.if)} is not marked`;
  const field = fields.find((each) => each.id === rule.if);
  const option = field?.options?.find((each) => each.value === rule.is);
  return `${label(rule.if)} is ${option?.label || rule.is}`;
}

/** Such as `Adults + Children = Guests`. */
export function ruleInWords(rule, fields) {
  const label = (id) => {
    const field = fields.find((each) => each.id === id);
    return field ? field.label || field.name : `“${id}” (no such field)`;
  };
  const labels = (rule.fields ?? []).map(label);
  switch (rule.kind) {
    case "sum": return `${labels.join(" + ")} = ${label(rule.total)}`;
    case "equal": return labels.join(" = ");
    case "date_order": return labels.join(" ≤ ");
    case "required_if":
      return `${labels.join(" and ")} must be filled in if ${condition(rule, fields, label)}`;
    default: return labels.join(", ");
  }
}
