/** Taking in what somebody else saved, so that both people's changes are kept where they can be. */

import { t } from "../i18n.js";
import { Problem, send } from "../http.js";
import { fromFile, toFile } from "./fields.js";
import { isSame, merged } from "./merge.js";
import { remembered, withIds, withNames } from "./rule-links.js";

/** Fields of a file, with the ids that those of these names have here, so that they stay selected. */
function withKnownIds(fields, current, renamed = new Map()) {
  const known = new Map(current.map((field) => [renamed.get(field.name) ?? field.name, field]));
  return fromFile(fields).map((field) => {
    const here = known.get(field.name);
    known.delete(field.name);
    if (!here) return field;
    return { ...field, id: here.id, ...(field.options && { options: optionsLike(here, field.options) }) };
  });
}

/** Options with the ids that those of these values have in `here`. */
function optionsLike(here, options) {
  const ids = new Map((here.options ?? []).map(({ value, id }) => [value, id]));
  return options.map((option) => {
    const id = ids.get(option.value) ?? option.id;
    ids.delete(option.value);
    return { ...option, id };
  });
}

/** Whichever of two texts was changed; mine, and a conflict, where both were. */
function mergedText(base, mine, theirs) {
  if (mine === base || mine === theirs) return { text: theirs, conflicts: [] };
  return { text: mine, conflicts: theirs === base ? [] : [t("the code on the page")] };
}

/**
 * Fetch the draft as it is kept and join it with this window's; `base` (`{fields, rules, code,
 * name}`) is what both came from.
 *
 * Answers `{revision, base, content, name, problems, changed, hasNewRest}` on success: `changed`
 * says how many fields are new here, `hasNewRest` whether rules or the code are; `{conflict}` with a
 * sentence where both changed the same.
 */
export async function joined(url, store, base) {
  const theirs = await send(url);
  if (theirs.state !== "draft") {
    return { conflict: t("This draft was published meanwhile. Your last changes are not in it.") };
  }
  const { state } = store;
  const mine = toFile(state.fields);
  const { fields, conflicts, renamed } = merged(toFile(base.fields), mine, theirs.fields);
  const here = withKnownIds(fields, state.fields, renamed);
  const oldRules = withNames(base.rules, base.fields, state.gone);
  // A field that they renamed or deleted is not here any more: my rules know it by its old name.
  const lost = remembered(state.gone, state.fields, here);
  const myRules = withNames(state.rules, here, lost);
  const rules = merged(oldRules, myRules, theirs.rules);
  const code = mergedText(base.code, state.code, theirs.code);
  const clashes = [...conflicts, ...rules.conflicts].map((name) => `“${name}”`).concat(code.conflicts);
  if (clashes.length) {
    const more = clashes.length > 3 ? ` ${t("and {n} more", { n: clashes.length - 3 })}` : "";
    const named = `${clashes.slice(0, 3).join(", ")}${more}`;
    return { conflict: t("Somebody else changed {named} at the same time, differently.",
      { named }) };
  }
  const before = new Map(mine.map((field) => [field.name, field]));
  const theirFields = isSame(fields, theirs.fields) ? here : withKnownIds(theirs.fields, here);
  const linked = withIds(rules.fields, here);
  // A rule that stays the same is the same object: it may be open in the form.
  const kept = (rule, i) => state.rules[myRules.findIndex((mine) => isSame(mine, rules.fields[i]))] ?? rule;
  const hereRules = linked.rules.map(kept);
  const theirLinked = withIds(theirs.rules, theirFields);
  const theirRules = isSame(rules.fields, theirs.rules) ? hereRules : theirLinked.rules;
  return {
    revision: theirs.revision,
    base: { fields: theirFields, rules: theirRules, code: theirs.code, name: theirs.name },
    content: {
      fields: here, rules: hereRules, code: code.text,
      gone: new Map([...lost, ...linked.gone, ...theirLinked.gone]),
    },
    name: state.name === base.name ? theirs.name : state.name,
    problems: theirs.problems,
    changed: fields.filter((field) => !isSame(field, before.get(field.name))).length +
      mine.filter((field) => !fields.some((kept) => kept.name === field.name)).length,
    hasNewRest: code.text !== state.code || !isSame(rules.fields, myRules),
  };
}

/** The same, with a failure to reach the server as `null`. */
export async function joinedOrNull(...given) {
  try {
    return await joined(...given);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return null;
  }
}
