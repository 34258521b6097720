/** What the selected field will accept, in words and examples, and a box to try a value in. */

import { t } from "../i18n.js";
import { Problem, send } from "../http.js";
import { isWritten, toFile } from "./fields.js";
import { fieldsOfKeys } from "./model.js";

const DELAY_MS = 250;
/** What an explanation does not depend on: moving or naming a field asks nothing. */
const BESIDE = new Set(["id", "name", "label", "page", "box"]);

function isSameRule(a, b) {
  if (!a || !b) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => BESIDE.has(key) || a[key] === b[key]);
}

/** Keep the section `root` up to date with the selection. */
export function createExplanation(root, store, urls) {
  const find = (name) => root.querySelector(`[data-explain-${name}]`);
  const trial = find("try");
  let shown = null;
  let timer = 0;
  let latest = 0;

  const element = (tag, text, className = "") => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  };

  async function ask(url, body) {
    try {
      return await send(url, { method: "POST", json: body });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return null; // The state beside "Publish" already says that the server does not answer.
    }
  }

  const inFile = () => ({ ...toFile([shown])[0], name: shown.name || "field" });

  async function renew() {
    const turn = ++latest;
    const answer = await ask(urls.explain, { field: inFile() });
    if (turn !== latest || !answer) return;
    show(answer);
    if (trial.value) tryValue();
  }

  function show({ sentence, accepts, refuses, problems }) {
    find("sentence").textContent = sentence;
    find("accepts").replaceChildren(...accepts.map((value) => element("li", value, "value")));
    find("refuses").replaceChildren(...refuses.map(({ value, reason }) => {
      const item = element("li", "");
      item.title = `${value}: ${reason}`;
      item.append(element("span", value, "value"), element("span", reason, "muted"));
      return item;
    }));
    find("accepts").hidden = accepts.length === 0;
    find("refuses").hidden = refuses.length === 0;
    find("problems").replaceChildren(...problems.map((text) => element("p", text)));
    find("problems").hidden = problems.length === 0;
  }

  async function tryValue() {
    const verdict = find("verdict");
    if (!trial.value) {
      verdict.textContent = "";
      delete verdict.dataset.accepted;
      return;
    }
    const tried = trial.value;
    const answer = await ask(urls.try, { field: inFile(), text: tried });
    if (!answer || trial.value !== tried) return;
    verdict.dataset.accepted = answer.accepted;
    verdict.textContent = answer.accepted
      ? (answer.value === tried ? t("Accepted") : t("Accepted as {value}", { value: answer.value }))
      : t("Refused: {reasons}", { reasons: answer.reasons.join("; ") });
  }

  function render(state) {
    const fields = fieldsOfKeys(state.fields, state.selection);
    const field = fields.length === 1 && (isWritten(fields[0]) || fields[0].options) ? fields[0] : null;
    root.hidden = !field;
    const isOther = field?.id !== shown?.id;
    const isSame = isSameRule(field, shown);
    shown = field;
    if (isOther) {
      trial.value = "";
      tryValue();
    }
    if (!field || isSame) return;
    window.clearTimeout(timer);
    latest += 1;
    timer = window.setTimeout(() => shown && renew(), isOther ? 0 : DELAY_MS);
  }

  trial.addEventListener("input", tryValue);
  return { render };
}
