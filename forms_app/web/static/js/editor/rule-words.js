/** Rules over several fields: kinds, sentences, what is wrong with them. Pure. */

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

/** How fields and options are called; `gone` has those that are not there any more. */
function naming(fields, gone) {
  const known = new Map(fields.map((field) => [field.id, field]));
  return {
    field: (id) => known.get(id),
    label: (id) => known.get(id)?.label || known.get(id)?.name || `“${gone.get(id)}” (no such field)`,
    /** The option that a rule asks for; undefined where the choice has it no more. */
    option: (rule) => known.get(rule.if)?.options?.find((option) => option.id === rule.option),
  };
}

function condition(rule, { label, field, option }, gone) {
  const name = label(rule.if);
  if (rule.option !== undefined) {
    const found = option(rule);
    if (found) return `${name} is ${found.label || found.value}`;
    return `${name} is ${gone.get(rule.option)}${field(rule.if)?.options ? " (no such option)" : ""}`;
  }
  if (rule.is === undefined) return `${name} is filled in`;
  if (typeof rule.is === "boolean") return `${name} is ${rule.is ? "" : "not "}marked`;
  return `${name} is ${rule.is}`;
}

/** Such as `Adults + Children = Guests`. */
export function ruleInWords(rule, fields, gone) {
  const names = naming(fields, gone);
  const labels = rule.fields.map(names.label);
  switch (rule.kind) {
    case "sum": return `${labels.join(" + ")} = ${names.label(rule.total)}`;
    case "equal": return labels.join(" = ");
    case "date_order": return labels.join(" ≤ ");
    case "required_if":
      return `${labels.join(" and ")} must be filled in if ${condition(rule, names, gone)}`;
    default: return labels.join(", ");
  }
}

const members = (rule) => [...rule.fields, ...("total" in rule ? [rule.total] : [])];

/** Why a rule cannot be checked, and what to do: one sentence for each reason. */
export function ruleFaults(rule, fields, gone) {
  const names = naming(fields, gone);
  const used = [...members(rule), ...("if" in rule ? [rule.if] : [])];
  const lost = used.filter((id) => !names.field(id));
  const unfit = members(rule).filter((id) => names.field(id) && !fits(rule.kind, names.field(id)));
  return [
    ...lost.map((id) =>
      `There is no field “${gone.get(id)}” any more: change the rule, remove it, or undo.`),
    ...unfit.map((id) =>
      `${names.label(id)} is of a kind that this rule cannot use: change its kind, or the rule.`),
    ...answerFaults(rule, names, gone),
  ];
}

function answerFaults(rule, names, gone) {
  const field = names.field(rule.if);
  const answer = rule.option === undefined ? rule.is : gone.get(rule.option);
  if (!field || answer === undefined || names.option(rule)) return [];
  const name = names.label(rule.if);
  if (isYesNo(field) !== (typeof answer === "boolean")) {
    return [`${name} is of another kind than when the rule was made: change the rule.`];
  }
  const isTyped = rule.option === undefined && field.options?.some(({ value }) => value === answer);
  if (!field.options || isTyped) return [];
  return [`${name} has no option “${answer}” any more: choose another in the rule, remove it, or undo.`];
}
