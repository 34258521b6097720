/** "Check": what would spoil readings, said before publishing; a click leads to the field. */

import { t, tn } from "../i18n.js";
import { Problem, send } from "../http.js";
import { button, element } from "./elements.js";
import { finished, progressWords } from "./jobs.js";
import { fieldOf, isOfRule } from "./problems.js";

const SEVERITIES = [
  ["must", t("Must be changed"), t("readings would be wrong or missing")],
  ["should", t("Should be changed"), t("readings would be worse than need be")],
  ["note", t("Worth a look"), t("may be meant so")],
];

/** The fields are those of the editor; `editor` is what main.js gives to helpers. */
export function createHealth(editor) {
  const { urls, store, drawer, announce, choose, save } = editor;
  const opener = button(t("Check"), toggle, {
    title: t("Check boxes, rules and blank for what would spoil readings"),
  });
  opener.setAttribute("aria-pressed", "false");
  editor.assist.append(opener);

  const content = element("div", "health");
  const list = element("div", "health-list");
  const test = element("p", "health-test muted small");
  test.setAttribute("role", "status");
  content.append(list, test);
  let run = 0; // an answer of an earlier check is not shown
  let quick = [];
  let laid = [];

  const isShown = (mine) => mine === run && drawer.shows(opener);

  function toggle() {
    if (drawer.shows(opener)) drawer.close();
    else check(false);
  }

  async function check(anew) {
    const mine = (run += 1);
    list.replaceChildren(element("p", "muted", t("Checking…")));
    test.textContent = "";
    drawer.open({ by: opener, title: t("Check"), content, onClose: () => (run += 1) });
    try {
      await save();
      quick = (await send(urls.health)).findings;
      laid = [];
      if (mine !== run) return;
      render();
      announce(inWords());
      await testRegistration(mine, anew);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (mine === run) test.textContent = problem.message;
    }
  }

  async function testRegistration(mine, anew) {
    const doing = t("Laying worn copies of the blank onto it");
    const asked = await send(urls.registration, { method: "POST", json: { anew } });
    const job = await finished(asked, {
      isWanted: () => isShown(mine),
      onProgress: (at, waits) => (test.textContent = progressWords(at, waits, doing)),
    });
    if (!job || mine !== run) return;
    laid = job.result.findings;
    render();
    const words = laid.length ? "" : `${t("Worn copies of every page were found and laid well.")} `;
    test.replaceChildren(words, button(t("Test again"), () => check(true), {
      title: t("As after fields were moved"),
    }));
  }

  function render() {
    const all = [...quick, ...laid];
    const groups = SEVERITIES.map(([severity, title, meaning]) => {
      const found = all.filter((finding) => finding.severity === severity);
      if (!found.length) return null;
      const heading = element("h3", `health-${severity}`, `${title} · ${found.length} `);
      heading.append(element("span", "muted", meaning));
      return element("section", "", heading, element("ul", "", ...bundles(found).map(itemFor)));
    });
    const fine = element("p", "health-fine", t("Nothing to change was found on boxes and rules."));
    list.replaceChildren(...groups.filter(Boolean), ...(all.length ? [] : [fine]));
  }

  /** The same sentence about several fields is said once. */
  function bundles(found) {
    const byText = new Map();
    for (const finding of found) {
      const key = finding.field ? finding.message : `${finding.page}: ${finding.message}`;
      byText.set(key, [...(byText.get(key) ?? []), finding]);
    }
    return [...byText.values()];
  }

  function itemFor(bundle) {
    const [first] = bundle;
    const names = bundle.filter((finding) => finding.field).map(nameFor);
    const where = names.length ? names : [placeOf(first)];
    return element("li", "health-item",
      element("span", "health-where", ...where),
      element("span", "", first.message, " ", element("span", "muted", first.advice)));
  }

  function nameFor({ field }) {
    const found = store.state.fields.find((each) => each.name === field);
    return found ? fieldButton(found) : element("span", "value", field);
  }

  /** What a finding that names no field is about. */
  function placeOf({ page, message }) {
    if (page) return pageButton(page);
    if (isOfRule(message)) return button(t("Rules"), editor.showRules, { className: "problem" });
    const field = fieldOf(message, store.state.fields);
    return field ? fieldButton(field) : element("span", "", t("Template"));
  }

  const fieldButton = (field) =>
    button(field.label || field.name, () => choose(field), { className: "problem" });

  const pageButton = (page) =>
    button(t("Page {page}",
      { page }), () => store.set({ page, selection: [] }), { className: "problem" });

  function inWords() {
    const musts = quick.filter((finding) => finding.severity === "must").length;
    return quick.length ? tn("{n} finding, {musts} must be changed.", "{n} findings, {musts} must be changed.", quick.length, { musts }) : t("Nothing found.");
  }

  return { check };
}
