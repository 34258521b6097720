/**
 * "Rules": what several fields must say together; a list of sentences and a form for one more.
 */

import { t } from "../i18n.js";
import { button, element } from "./elements.js";
import { createRuleForm } from "./rule-form.js";
import { ruleFaults, ruleInWords } from "./rule-words.js";

/** `editor` is what main.js gives to helpers. */
export function createRules(editor) {
  const { store, drawer, announce } = editor;
  const isDraft = !store.state.readOnly;
  const opener = button(t("Rules"), toggle, {
    title: t("Rules over several fields: sums, equality, date order, required if"),
  });
  opener.setAttribute("aria-pressed", "false");
  editor.assist.append(opener);

  const list = element("ul", "rule-list");
  const none = element("p", "muted small",
    t("No rule yet. A rule is checked when forms are reviewed and exported; the fields of a broken one go to a person, however sure each is."));
  const content = element("div", "rules", list, none);
  const form = isDraft ? createRuleForm({ onAdd: add, onChange: change }) : null;
  if (form) content.append(form.root);
  count();

  function toggle() {
    if (drawer.shows(opener)) {
      drawer.close();
    } else show();
  }

  function show() {
    render();
    drawer.open({ by: opener, title: t("Rules over several fields"), content, onClose: form?.leave });
  }

  function count() {
    const { fields, rules, gone } = store.state;
    const broken = rules.filter((rule) => ruleFaults(rule, fields, gone).length).length;
    const total = rules.length ? t("Rules · {n}", { n: rules.length }) : t("Rules");
    opener.textContent = broken ? t("{total}, {broken} broken", { total, broken }) : total;
    opener.classList.toggle("has-problems", broken > 0);
  }

  function render() {
    const { fields, rules, gone } = store.state;
    list.replaceChildren(...rules.map(itemFor));
    none.hidden = rules.length > 0;
    form?.offer(fields, rules, gone);
  }

  function itemFor(rule) {
    const act = (text, title, run) => button(text, run, { className: "btn btn-quiet btn-sm", title });
    const actions = isDraft
      ? element("span", "actions", 
        act(t("Change"), t("Change the rule {name}", { name: rule.name }), () => form.open(rule)),
        act(t("Remove"), t("Remove the rule {name}", { name: rule.name }), () => remove(rule)))
      : null;
    return element("li", "rule",
      element("strong", "", rule.name), element("span", "rule-sentence", inWords(rule)), actions,
      ...faultsOf(rule).map((fault) => element("p", "rule-fault", fault)));
  }

  const inWords = (rule) => ruleInWords(rule, store.state.fields, store.state.gone);
  const faultsOf = (rule) => ruleFaults(rule, store.state.fields, store.state.gone);
  const say = (word, rule) => announce(`${word}: ${inWords(rule)}`);

  function add(rule) {
    store.editRules([...store.state.rules, rule]);
    say(t("Rule added"), rule);
  }

  function change(old, rule) {
    store.editRules(store.state.rules.map((each) => (each === old ? rule : each)));
    say(t("Rule changed"), rule);
  }

  function remove(rule) {
    store.editRules(store.state.rules.filter((each) => each !== rule));
    announce(t("Removed the rule {name}. Control Z brings it back.", { name: rule.name }));
    (list.querySelector("button") ?? form.root.querySelector("select")).focus();
  }

  store.subscribe((state, before) => {
    if (state.rules === before.rules && state.fields === before.fields) return;
    count();
    if (drawer.shows(opener)) render();
  });
  return { show };
}
