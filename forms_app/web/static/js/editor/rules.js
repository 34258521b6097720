/**
 * "Rules": what several fields must say together; a list of sentences and a form for one more.
 *
 * Rules name fields by name on the server and by id here, so that renaming a field keeps its rules.
 */

import { Problem, send } from "../http.js";
import { notify } from "../notify.js";
import { button, element } from "./elements.js";
import { createRuleForm } from "./rule-form.js";
import { ruleInWords, usesOf, withIds, withNames } from "./rule-words.js";

const RENAME_MS = 1500;

/** `editor` is what main.js gives to helpers. */
export function createRules(editor) {
  const { urls, store, drawer, announce, save, follow, version } = editor;
  const isDraft = !store.state.readOnly;
  const opener = button("Rules", toggle, {
    title: "Rules over several fields: sums, equality, date order, required if",
  });
  opener.setAttribute("aria-pressed", "false");
  editor.assist.append(opener);

  let kept = version.rules; // as the server has them
  let rules = withIds(kept, store.state.fields);
  let timer = 0;
  const list = element("ul", "rule-list");
  const none = element("p", "muted small",
    "No rule yet. A rule is checked when forms are reviewed and exported; the fields of a broken " +
    "one go to a person, however sure each is.");
  const content = element("div", "rules", list, none);
  const form = isDraft ? createRuleForm({ onAdd: add }) : null;
  if (form) content.append(form.root);
  count();

  function toggle() {
    if (drawer.shows(opener)) {
      drawer.close();
      return;
    }
    render();
    drawer.open({ by: opener, title: "Rules over several fields", content });
  }

  function count() {
    opener.textContent = rules.length ? `Rules · ${rules.length}` : "Rules";
  }

  function render() {
    const { fields } = store.state;
    list.replaceChildren(...rules.map((rule) => itemFor(rule, fields)));
    none.hidden = rules.length > 0;
    form?.offer(fields, rules);
    count();
  }

  function itemFor(rule, fields) {
    const remove = isDraft
      ? button("Remove", () => replace(rules.filter((each) => each !== rule)), {
        className: "btn btn-quiet btn-sm", title: `Remove the rule ${rule.name}`,
      })
      : null;
    return element("li", "rule",
      element("strong", "", rule.name), element("span", "", ruleInWords(rule, fields)), remove);
  }

  function add(rule) {
    replace([...rules, rule]);
    announce(`Rule added: ${ruleInWords(rule, store.state.fields)}`);
  }

  function replace(next) {
    rules = next;
    render();
    keep();
  }

  /** Fields first: a rule may name one that was drawn a moment ago. */
  async function keep() {
    window.clearTimeout(timer);
    const wanted = withNames(rules, store.state.fields);
    if (JSON.stringify(wanted) === JSON.stringify(kept)) return;
    try {
      await save();
      const answer = await send(urls.rules, {
        method: "PUT", json: { rules: wanted, replaces: kept },
      });
      kept = answer.rules;
      store.set({ problems: answer.problems });
      await follow(answer.revision);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      notify(`The rules were not saved. ${problem.message}`, "danger", {
        label: "Try again", run: keep,
      });
    }
  }

  const namesOf = (fields) =>
    JSON.stringify(fields.filter((field) => usesOf(rules).has(field.id)).map((f) => [f.id, f.name]));

  store.subscribe((state, before) => {
    if (state.fields === before.fields) return;
    if (drawer.shows(opener)) render();
    if (!isDraft || namesOf(state.fields) === namesOf(before.fields)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, RENAME_MS);
  });
}
