/** Rules over several fields: kinds, sentences, what is wrong with them. Pure. */

import { t } from "../i18n.js";

export const KINDS = {
  sum: { title: t("Sum"), hint: t("these fields add up to a total"), fits: ["digits", "number"], least: 2 },
  equal: { title: t("Equal"), hint: t("these fields say the same"), fits: null, least: 2 },
  date_order: { title: t("Date order"), hint: t("each date is on or after those above"), fits: ["date"], least: 2 },
  required_if: { title: t("Required if"), hint: t("these fields must be filled in"), fits: null, least: 1 },
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
    label: (id) => known.get(id)?.label || known.get(id)?.name || t("“{name}” (no such field)",
      { name: gone.get(id) }),
    /** The option that a rule asks for; undefined where the choice has it no more. */
    option: (rule) => known.get(rule.if)?.options?.find((option) => option.id === rule.option),
  };
}

function condition(rule, { label, field, option }, gone) {
  const name = label(rule.if);
  if (rule.option !== undefined) {
    const found = option(rule);
    if (found) return t("{name} is {value}", { name, value: found.label || found.value });
    const value = gone.get(rule.option);
    return field(rule.if)?.options ? t("{name} is {value} (no such option)", { name, value })
      : t("{name} is {value}", { name, value });
  }
  if (rule.is === undefined) return t("{name} is filled in", { name });
  if (typeof rule.is === "boolean") return rule.is ? t("{name} is marked",
    { name }) : t("{name} is not marked", { name });
  return t("{name} is {value}", { name, value: rule.is });
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
      return t("{labels} must be filled in if {condition}",
        { labels: labels.join(t(" and ")), condition: condition(rule, names, gone) });
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
      t("There is no field “{name}” any more: change the rule, remove it, or undo.",
        { name: gone.get(id) })),
    ...unfit.map((id) =>
      t("{label} is of a kind that this rule cannot use: change its kind, or the rule.",
        { label: names.label(id) })),
    ...answerFaults(rule, names, gone),
  ];
}

function answerFaults(rule, names, gone) {
  const field = names.field(rule.if);
  const answer = rule.option === undefined ? rule.is : gone.get(rule.option);
  if (!field || answer === undefined || names.option(rule)) return [];
  const name = names.label(rule.if);
  if (isYesNo(field) !== (typeof answer === "boolean")) {
    return [t("{name} is of another kind than when the rule was made: change the rule.", { name })];
  }
  const isTyped = rule.option === undefined && field.options?.some(({ value }) => value === answer);
  if (!field.options || isTyped) return [];
  return [t("{name} has no option “{answer}” any more: choose another in the rule, remove it, or undo.", { name, answer })];
}
