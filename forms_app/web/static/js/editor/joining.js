/** Taking in what somebody else saved, so that both people's changes are kept where they can be. */

import { Problem, send } from "../http.js";
import { fromFile, toFile } from "./fields.js";
import { isSame, merged } from "./merge.js";

/** Fields of a file, with the ids that fields of these names have here, so that they stay selected. */
function withKnownIds(fields, current, renamed = new Map()) {
  const ids = new Map(current.map(({ name, id }) => [renamed.get(name) ?? name, id]));
  return fromFile(fields).map((field) => {
    const id = ids.get(field.name);
    ids.delete(field.name);
    return id ? { ...field, id } : field;
  });
}

/**
 * Fetch the draft as it is kept and join it with this window's; `base` is what both came from.
 *
 * Answers `{revision, base, fields, name, problems, changed}` on success, `changed` naming how many
 * fields are new here; `{conflict}` with a sentence where both changed the same.
 */
export async function joined(url, store, base, baseName) {
  const theirs = await send(url);
  if (theirs.state !== "draft") {
    return { conflict: "This draft was published meanwhile. Your last changes are not in it." };
  }
  const mine = toFile(store.state.fields);
  const { fields, conflicts, renamed } = merged(toFile(base), mine, theirs.fields);
  if (conflicts.length) {
    const named = conflicts.slice(0, 3).map((name) => `“${name}”`).join(", ");
    const more = conflicts.length > 3 ? ` and ${conflicts.length - 3} more` : "";
    return { conflict: `Somebody else changed ${named}${more} at the same time, differently.` };
  }
  const before = new Map(mine.map((field) => [field.name, field]));
  const here = withKnownIds(fields, store.state.fields, renamed);
  return {
    revision: theirs.revision,
    base: isSame(fields, theirs.fields) ? here : withKnownIds(theirs.fields, here),
    fields: here,
    name: store.state.name === baseName ? theirs.name : store.state.name,
    theirName: theirs.name,
    problems: theirs.problems,
    changed: fields.filter((field) => !isSame(field, before.get(field.name))).length +
      mine.filter((field) => !fields.some((kept) => kept.name === field.name)).length,
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
