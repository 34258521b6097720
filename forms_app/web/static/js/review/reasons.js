/** The words beside the crop: what the machine said, why it asks, the rule, other readings. */

import { t } from "../i18n.js";
import { whyBlind } from "./blind.js";
import { levelOf, percent } from "./levels.js";
import { completions, inWords, same } from "./values.js";

const MOST_ALTERNATIVES = 3;
const MOST_COMPLETIONS = 5;

const OUTCOMES = {
  blank: t("The machine found nothing written here."),
  struck_out: t("The writing looks struck out."),
  unreadable: t("The machine could not read this. Type what you see."),
  missing_page: t("The page with this field is not among the scans."),
};

/** What a rule over several fields says where it has no message of its own. */
const TOGETHER = {
  holds: t("agrees with"), unknown: t("cannot be told yet, with"), confirmed: t("Kept by a person."),
};

const DECIDED = {
  confirm: (person) => t("Confirmed by {person}", { person }),
  correct: (person, value) => t("Corrected: {value} by {person}", { person, value }),
  blank: (person) => t("Marked blank by {person}", { person }),
  unreadable: (person) => t("Marked unreadable by {person}", { person }),
};

/** The readings to offer besides the machine's own, best first. */
export const alternativesOf = ({ reading }) =>
  reading.alternatives
    .filter(([value]) => !same(value, reading.value) && value !== "" && value !== null)
    .slice(0, MOST_ALTERNATIVES);

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** `onKeys` is handed what has new buttons with keys on them. */
export function createReasons(root, { onTake, onKeys }) {
  const part = (name) => root.querySelector(`[data-why="${name}"]`);

  function alternativeButton([value, probability], i, field) {
    const button = element("button", "btn btn-sm alternative");
    button.type = "button";
    button.dataset.tip = t("Take this reading");
    button.dataset.keyTip = `take${i + 1}`;
    const keys = element("span", "keys");
    keys.dataset.keyOf = `take${i + 1}`;
    button.append(
      keys,
      element("span", "value", inWords(value, field)),
      element("span", "muted", percent(probability)),
    );
    button.addEventListener("click", () => onTake(value));
    return button;
  }

  function show(item) {
    const { field, reading, decision } = item;
    part("outcome").textContent = whyBlind(item) || (OUTCOMES[reading.outcome] ?? "");
    part("outcome").hidden = part("outcome").textContent === "";
    part("machine-row").hidden = field.kind === "image" || item.is_blind;
    part("reasons-row").hidden = reading.reasons.length === 0;
    part("reasons").replaceChildren(...reading.reasons.map((text) => element("li", "", text)));
    part("rule").textContent = field.rule;
    part("rule-row").hidden = !field.rule;
    const alternatives = alternativesOf(item);
    part("alternatives-row").hidden = alternatives.length === 0;
    part("alternatives").replaceChildren(
      ...alternatives.map((each, i) => alternativeButton(each, i, field)));
    onKeys(part("alternatives"));
    part("machine").textContent = `${inWords(reading.value, field)}`;
    part("confidence").textContent = percent(reading.confidence);
    part("confidence").dataset.level = levelOf(reading.confidence);
    part("decision").hidden = !decision;
    if (decision) {
      const value = inWords(decision.value, field);
      const said = DECIDED[decision.action](decision.user_name, value);
      part("decision").textContent = decision.note ? `${said} · ${decision.note}` : said;
    }
    propose(item);
    together(item.rules);
    point(null, null);
    complete("", field);
  }

  /** What a newer model says beside a person's word. */
  function propose({ proposal, field }) {
    part("proposal").hidden = !proposal;
    if (!proposal) return;
    const said = { model: proposal.model_id, value: inWords(proposal.value, field) };
    part("proposal-text").textContent = t("{model} reads {value}", said);
  }

  /** Rules over this field and others; the others are a click away. */
  function together(rules) {
    part("together-row").hidden = rules.length === 0;
    part("together").replaceChildren(...rules.map((rule) => {
      const line = element("li", `together-${rule.state}`);
      const words = rule.message || TOGETHER[rule.state];
      line.append(element("strong", "", `${rule.name}: `), `${words} `);
      if (rule.state === "confirmed") line.append(element("span", "muted", `${TOGETHER.confirmed} `));
      line.append(...rule.others.flatMap(({ label, url }) => {
        const link = element("a", "", label);
        const batch = new URLSearchParams(window.location.search).get("batch");
        link.href = batch ? `${url}&batch=${encodeURIComponent(batch)}` : url;
        return [link, " "];
      }));
      return line;
    }));
  }

  /** Values of the list that begin like `typed`. */
  function complete(typed, { values }) {
    const found = completions(typed, values, MOST_COMPLETIONS);
    part("list-row").hidden = found.length === 0;
    part("list").replaceChildren(...found.map((value, i) => {
      const button = element("button", "btn btn-sm alternative");
      button.type = "button";
      if (i === 0) {
        button.dataset.tip = t("Take this value");
        button.dataset.keyTip = "list";
        const keys = element("span", "keys");
        keys.dataset.keyOf = "list";
        button.append(keys);
      }
      button.append(element("span", "value", value));
      button.addEventListener("click", () => onTake(value));
      return button;
    }));
    if (found.length) onKeys(part("list"));
  }

  /** What the character under the caret may be. */
  function point(character, cell) {
    const row = part("character-row");
    row.hidden = !character?.alternatives.length;
    if (row.hidden) return;
    part("character-place").textContent =
      cell === null ? t("Character") : t("Character {place}", { place: cell + 1 });
    const readings = [[character.value, character.probability], ...character.alternatives];
    part("character").replaceChildren(
      ...readings.slice(0, 4).map(([value, probability]) => {
        const reading = element("span", "character-reading");
        reading.dataset.level = levelOf(probability);
        reading.append(element("b", "value", value === " " ? t("space") : value), ` ${percent(probability)}`);
        return reading;
      }));
  }

  return { show, point, complete };
}
