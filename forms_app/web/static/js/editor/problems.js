/** What still hinders publishing: sentences of the server, each leading to its field. */

import { t } from "../i18n.js";
import { element } from "./elements.js";

// The words by which the server's sentences begin, in the language that it tells them in.
const RULE = t("Rule");
const NUMBERED = new RegExp(`\\b${t("field")} (\\d+)\\b`, "i");

/** Whether a problem is one of a rule over several fields (`Rule 'sum 1': ...`). */
export const isOfRule = (problem) => problem.startsWith(RULE);

/** The field that a problem names (`Field “born”: ...`), or null; a rule's is no field's. */
export function fieldOf(problem, fields) {
  if (isOfRule(problem)) return null;
  const named = problem.match(/[“"'‘]([^”"'’]+)[”"'’]/g) ?? [];
  for (const quoted of named) {
    const field = fields.find((each) => each.name === quoted.slice(1, -1));
    if (field) return field;
  }
  const numbered = problem.match(NUMBERED);
  if (numbered) return fields[Number(numbered[1]) - 1] ?? null;
  const words = new Set(problem.split(/[^\p{L}\p{N}_-]+/u));
  const candidates = fields.filter((field) => field.name && words.has(field.name));
  return candidates.sort((a, b) => b.name.length - a.name.length)[0] ?? null;
}

export const faultyNames = (problems, fields) =>
  problems.map((problem) => fieldOf(problem, fields)?.name).filter(Boolean);

/** The list under the page; a problem is a button that selects its field or shows the rules. */
export function createProblems(root, store, { onChoose, onRules }) {
  const count = root.querySelector("[data-problem-count]");
  const list = root.querySelector("[data-problem-list]");
  let shown = null;

  function itemFor(problem) {
    const item = document.createElement("li");
    const field = fieldOf(problem, store.state.fields);
    if (!field && !isOfRule(problem)) {
      item.textContent = problem;
      return item;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "problem";
    button.textContent = problem;
    button.addEventListener("click", () =>
      (field ? onChoose(fieldOf(problem, store.state.fields)) : onRules()));
    item.append(button);
    return item;
  }

  return {
    render({ problems }) {
      if (problems === shown) return;
      shown = problems;
      root.classList.toggle("has-problems", problems.length > 0);
      const words = problems.length === 0
        ? [t("Ready to publish")]
        : [t("{n} to settle", { n: problems.length }),
          element("span", "problems-when", ` ${t("before publishing")}`)];
      count.replaceChildren(...words);
      list.replaceChildren(...problems.map(itemFor));
    },
  };
}
