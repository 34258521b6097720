/** The form that makes a rule over several fields, with native inputs only. */

import { button, element } from "./elements.js";
import { KINDS, fits, isYesNo } from "./rule-words.js";

const nameOf = (field) => field.label || field.name;

/** `onAdd` gets a new rule, its fields by id; `onChange` a rule that was opened, and its new form. */
export function createRuleForm({ onAdd, onChange }) {
  const kind = select("Kind", Object.entries(KINDS).map(([value, { title }]) => [value, title]));
  const members = element("div", "rule-members");
  const hint = element("legend", "");
  const memberSet = element("fieldset", "rule-fields", hint, members);
  const total = select("Total", []);
  const condition = select("If", []);
  const expected = select("Is", []);
  const typed = labelled("Is", element("input", "form-control value"));
  typed.control.placeholder = "any value";
  const name = labelled("Name", element("input", "form-control"));
  name.control.maxLength = 100;
  name.control.autocomplete = "off";
  const problem = element("p", "form-error");
  problem.setAttribute("role", "alert");
  const submit = element("button", "btn btn-sm btn-primary");
  const cancel = button("Cancel", leave);
  const root = element("form", "rule-form",
    element("div", "rule-line", kind.root, total.root, condition.root, expected.root, typed.root,
      name.root, submit, cancel),
    problem, memberSet);
  let fields = [];
  let taken = new Set();
  let chosen = []; // ids in the order in which they were ticked
  let opened = null; // the rule that is being changed

  const fieldOf = (id) => fields.find((field) => field.id === id);

  function offer(nextFields, rules) {
    fields = nextFields;
    if (opened && !rules.includes(opened)) clear();
    taken = new Set(rules.filter((rule) => rule !== opened).map((rule) => rule.name));
    chosen = chosen.filter((id) => fieldOf(id));
    render();
  }

  /** Take a rule into the form, to change it. */
  function open(rule) {
    clear();
    opened = rule;
    taken.delete(rule.name);
    kind.control.value = rule.kind;
    chosen = (rule.fields ?? []).filter((id) => fieldOf(id));
    render();
    total.control.value = rule.total ?? total.control.value;
    condition.control.value = rule.if ?? condition.control.value;
    renderExpected(rule.kind);
    expected.control.value = String(rule.is ?? "");
    typed.control.value = typeof rule.is === "string" ? rule.is : "";
    name.control.value = rule.name;
    kind.control.focus();
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

  function render() {
    const now = kind.control.value;
    hint.textContent = `${KINDS[now].title}: ${KINDS[now].hint}`;
    const fitting = fields.filter((field) => fits(now, field));
    chosen = chosen.filter((id) => fitting.some((field) => field.id === id));
    members.replaceChildren(...fitting.map(memberFor));
    if (!fitting.length) members.textContent = "No field of a fitting kind is drawn yet.";
    const others = fitting.filter((field) => !chosen.includes(field.id));
    fill(total, others.map((field) => [field.id, nameOf(field)]));
    const deciding = fields.filter((f) => f.kind !== "image" && !chosen.includes(f.id));
    fill(condition, deciding.map((field) => [field.id, nameOf(field)]));
    total.root.hidden = now !== "sum";
    condition.root.hidden = now !== "required_if";
    renderExpected(now);
    name.control.placeholder = proposedName();
    submit.textContent = opened ? "Change rule" : "Add rule";
    cancel.hidden = !opened;
  }

  function renderExpected(now) {
    const field = fieldOf(condition.control.value);
    const choices = isYesNo(field)
      ? [["true", "marked"], ["false", "not marked"]]
      : [["", "filled in"], ...(field?.options ?? []).map((o) => [o.value, o.label || o.value])];
    fill(expected, choices);
    const isListed = isYesNo(field) || Boolean(field?.options);
    expected.root.hidden = now !== "required_if" || !isListed;
    typed.root.hidden = now !== "required_if" || isListed;
  }

  function memberFor(field) {
    const box = element("input");
    Object.assign(box, { type: "checkbox", checked: chosen.includes(field.id), value: field.id });
    box.addEventListener("change", () => {
      chosen = chosen.filter((id) => id !== field.id);
      if (box.checked) chosen.push(field.id);
      render();
      members.querySelector(`[value="${CSS.escape(field.id)}"]`).focus();
    });
    return element("label", "check", box, ` ${nameOf(field)}`);
  }

  function proposedName() {
    const stem = KINDS[kind.control.value].title.toLowerCase();
    let number = 1;
    while (taken.has(`${stem} ${number}`)) number += 1;
    return `${stem} ${number}`;
  }

  function made() {
    const now = kind.control.value;
    const ordered = now === "date_order" ? chosen : fields.map((f) => f.id).filter((id) => chosen.includes(id));
    const rule = { name: name.control.value.trim() || proposedName(), kind: now, fields: ordered };
    if (now === "sum") rule.total = total.control.value;
    if (now === "required_if") {
      rule.if = condition.control.value;
      const value = isYesNo(fieldOf(rule.if)) || fieldOf(rule.if)?.options
        ? expected.control.value : typed.control.value.trim();
      if (isYesNo(fieldOf(rule.if))) rule.is = value === "true";
      else if (value) rule.is = value;
    }
    return rule;
  }

  function faultOf(rule) {
    const { least } = KINDS[rule.kind];
    if (rule.fields.length < least) return `Tick ${least === 1 ? "a field" : `${least} fields`} at least.`;
    if (taken.has(rule.name)) return `There is a rule called ${rule.name} already.`;
    if (rule.kind === "sum" && !rule.total) return "Choose the field that holds the total.";
    if (rule.kind === "required_if" && !rule.if) return "Choose the field that decides.";
    return "";
  }

  kind.control.addEventListener("change", render);
  condition.control.addEventListener("change", () => renderExpected(kind.control.value));
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
  fill(made, choices);
  return made;
}

/** New choices; what was chosen stays chosen where it still can be. */
function fill({ control }, choices) {
  const before = control.value;
  control.replaceChildren(...choices.map(([value, text]) => {
    const option = element("option", "", text);
    option.value = value;
    return option;
  }));
  if (choices.some(([value]) => value === before)) control.value = before;
}
