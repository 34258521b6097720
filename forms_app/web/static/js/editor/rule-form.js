/** The form that makes a rule over several fields, with native inputs only. */

import { t, tn } from "../i18n.js";
import { button, element } from "./elements.js";
import { KINDS, fits, isYesNo, ruleFaults } from "./rule-words.js";

const nameOf = (field) => field.label || field.name;

/** `onAdd` gets a new rule, its fields by id; `onChange` a rule that was opened, and its new form. */
export function createRuleForm({ onAdd, onChange }) {
  const kind = select(t("Kind"), Object.entries(KINDS).map(([value, { title }]) => [value, title]));
  const members = element("div", "rule-members");
  const hint = element("legend", "");
  const memberSet = element("fieldset", "rule-fields", hint, members);
  const total = select(t("Total"), []);
  const condition = select(t("If"), []);
  const expected = select(t("Is"), []);
  const typed = labelled(t("Is"), element("input", "form-control value"));
  typed.control.placeholder = t("any value");
  const name = labelled(t("Name"), element("input", "form-control"));
  name.control.maxLength = 100;
  name.control.autocomplete = "off";
  const problem = element("p", "form-error");
  problem.setAttribute("role", "alert");
  const submit = element("button", "btn btn-sm btn-primary");
  const cancel = button(t("Cancel"), leave);
  const root = element("form", "rule-form",
    element("div", "rule-line", kind.root, total.root, condition.root, expected.root, typed.root,
      name.root, submit, cancel),
    problem, memberSet);
  let fields = [];
  let gone = new Map(); // what is not there any more, but may still be in a rule
  let taken = new Set();
  let chosen = []; // ids in the order in which they were ticked
  let opened = null; // the rule that is being changed

  const fieldOf = (id) => fields.find((field) => field.id === id);

  function offer(nextFields, rules, nextGone) {
    fields = nextFields;
    gone = nextGone;
    if (opened && !rules.includes(opened)) clear();
    taken = new Set(rules.filter((rule) => rule !== opened).map((rule) => rule.name));
    render();
  }

  /** Take a rule into the form, to change it. */
  function open(rule) {
    clear();
    opened = rule;
    taken.delete(rule.name);
    kind.control.value = rule.kind;
    chosen = rule.fields;
    typed.control.value = gone.get(rule.option) ?? (typeof rule.is === "string" ? rule.is : "");
    render({ total: rule.total, if: rule.if, is: rule.option ?? String(rule.is ?? "") });
    name.control.value = rule.name;
    kind.control.focus();
    root.scrollIntoView({ block: "start" });
  }

  function clear() {
    if (opened) taken.add(opened.name);
    opened = null;
    chosen = [];
    name.control.value = typed.control.value = problem.textContent = "";
  }

  function leave() {
    clear();
    render();
  }

  /** `wanted` is what the lists are to show; they go on showing what they do by themselves. */
  function render(wanted = {}) {
    const now = kind.control.value;
    hint.textContent = `${KINDS[now].title}: ${KINDS[now].hint}`;
    const fitting = fields.filter((field) => fits(now, field));
    const offered = fields.filter((field) => fitting.includes(field) || chosen.includes(field.id));
    const lost = chosen.filter((id) => !fieldOf(id));
    members.replaceChildren(...lost.map((id) => memberFor(id, t("“{name}” (no such field)",
      { name: gone.get(id) }))),
      ...offered.map((field) => memberFor(field.id, nameOf(field))));
    if (!members.children.length) members.textContent = t("No field of a fitting kind is drawn yet.");
    const others = fitting.filter((field) => !chosen.includes(field.id));
    offerIn(total, others.map((field) => [field.id, nameOf(field)]), wanted.total);
    const deciding = fields.filter((f) => f.kind !== "image" && !chosen.includes(f.id));
    offerIn(condition, deciding.map((field) => [field.id, nameOf(field)]), wanted.if);
    total.root.hidden = now !== "sum";
    condition.root.hidden = now !== "required_if";
    renderExpected(now, wanted.is);
    name.control.placeholder = proposedName();
    submit.textContent = opened ? t("Change rule") : t("Add rule");
    cancel.hidden = !opened;
  }

  /** What is chosen, or wanted, in a list but not there any more stays in it, and is called so. */
  function offerIn(list, choices, wanted = list.control.value) {
    const isLost = gone.has(wanted) && !choices.some(([value]) => value === wanted);
    const lost = isLost ? [[wanted, t("“{name}” (gone)", { name: gone.get(wanted) })]] : [];
    fill(list, [...choices, ...lost], wanted);
  }

  function renderExpected(now, wanted) {
    const field = fieldOf(condition.control.value);
    const choices = isYesNo(field)
      ? [["true", t("marked")], ["false", t("not marked")]]
      : [["", t("filled in")], ...(field?.options ?? []).map((o) => [o.id, o.label || o.value])];
    offerIn(expected, choices, wanted);
    const isListed = isYesNo(field) || Boolean(field?.options);
    expected.root.hidden = now !== "required_if" || !isListed;
    typed.root.hidden = now !== "required_if" || isListed;
  }

  function memberFor(id, text) {
    const box = element("input");
    Object.assign(box, { type: "checkbox", checked: chosen.includes(id), value: id });
    box.addEventListener("change", () => {
      chosen = [...chosen.filter((each) => each !== id), ...(box.checked ? [id] : [])];
      render();
      (members.querySelector(`[value="${id}"]`) ?? kind.control).focus();
    });
    return element("label", "check", box, ` ${text}`);
  }

  function proposedName() {
    const stem = KINDS[kind.control.value].title.toLowerCase();
    let number = 1;
    while (taken.has(`${stem} ${number}`)) number += 1;
    return `${stem} ${number}`;
  }

  function made() {
    const now = kind.control.value;
    const ordered = now === "date_order" ? chosen : inOrder(chosen);
    const rule = { name: name.control.value.trim() || proposedName(), kind: now, fields: ordered };
    if (now === "sum") rule.total = total.control.value;
    if (now === "required_if") {
      rule.if = condition.control.value;
      Object.assign(rule, answerOf(fieldOf(rule.if)));
    }
    return rule;
  }

  /** In the order of the template; what is gone comes last. */
  function inOrder(ids) {
    const place = (id) => (fieldOf(id) ? fields.indexOf(fieldOf(id)) : fields.length);
    return [...ids].sort((a, b) => place(a) - place(b));
  }

  /** What the deciding field has to say; nothing where it only has to be filled in. */
  function answerOf(field) {
    const listed = expected.control.value;
    if (isYesNo(field)) return { is: listed === "true" };
    if (field?.options) return listed ? { option: listed } : {};
    return typed.control.value.trim() ? { is: typed.control.value.trim() } : {};
  }

  function faultOf(rule) {
    const { least } = KINDS[rule.kind];
    if (rule.fields.length < least) return tn("Tick a field at least.", "Tick {n} fields at least.", least);
    if (taken.has(rule.name)) return t("There is a rule called {name} already.",
      { name: rule.name });
    if (rule.kind === "sum" && !rule.total) return t("Choose the field that holds the total.");
    if (rule.kind === "required_if" && !rule.if) return t("Choose the field that decides.");
    return ruleFaults(rule, fields, gone)[0] ?? "";
  }

  kind.control.addEventListener("change", () => {
    chosen = chosen.filter((id) => !fieldOf(id) || fits(kind.control.value, fieldOf(id)));
    render();
  });
  condition.control.addEventListener("change", () => renderExpected(kind.control.value, ""));
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    const rule = made();
    problem.textContent = faultOf(rule);
    if (problem.textContent) return;
    const old = opened;
    clear();
    if (old) onChange(old, rule);
    else onAdd(rule);
  });
  return { root, offer, open, leave };
}

function labelled(text, control) {
  return { root: element("label", "prop", text, control), control };
}

function select(text, choices) {
  const made = labelled(text, element("select", "form-select"));
  fill(made, choices, made.control.value);
  return made;
}

/** New choices; `wanted` is chosen where it is one of them. */
function fill({ control }, choices, wanted) {
  control.replaceChildren(...choices.map(([value, text]) => {
    const option = element("option", "", text);
    option.value = value;
    return option;
  }));
  if (choices.some(([value]) => value === wanted)) control.value = wanted;
}
