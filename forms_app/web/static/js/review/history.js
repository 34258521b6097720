/** All that was ever said of the field: decisions, undo steps, notes, readings by model. */

import { send } from "../http.js";
import { t } from "../i18n.js";
import { percent } from "./levels.js";
import { ago } from "../times.js";
import { inWords } from "./values.js";

const SAID = {
  confirm: t("confirmed"), correct: t("corrected"), blank: t("marked blank"),
  unreadable: t("marked unreadable"), restore: t("taken back"),
};
const ASKED = { refer: t("referred"), return: t("sent back"), misaligned: t("page reported") };

function timeOf(iso) {
  const time = document.createElement("time");
  time.dateTime = iso;
  time.title = new Date(iso).toLocaleString();
  time.textContent = ago(new Date(iso));
  return time;
}

function line(iso, ...words) {
  const made = document.createElement("li");
  made.append(timeOf(iso), " ", words.filter(Boolean).join(" · "));
  return made;
}

function stepLine(step, field) {
  const change = step.action === "confirm"
    ? inWords(step.after, field)
    : `${inWords(step.before, field)} → ${inWords(step.after, field)}`;
  const why = step.overridden ? t("against the rule: {note}", { note: step.note }) : step.note;
  return line(step.at, `${step.user_name} ${SAID[step.action]}`, change, why, step.mode);
}

function noteLine(note) {
  const answer = note.resolved_at &&
    t("answered by {person}: {answer}", { person: note.resolved_by, answer: note.answer ?? "–" });
  return line(note.created_at, `${note.user_name} ${ASKED[note.kind]}`, note.text, answer);
}

function readingLine(reading, field) {
  const said = reading.outcome === "read" ? inWords(reading.value, field) : reading.outcome;
  return line(reading.at, t("{model} read {value}", { model: reading.model_id, value: said }),
    percent(reading.confidence));
}

/** The disclosure `root`; it asks the server when it is opened. */
export function createHistory(root) {
  const list = root.querySelector("[data-history-list]");
  let item = null;

  async function load() {
    const shown = item;
    const { steps, readings, notes } = await send(shown.urls.history);
    if (shown !== item) return;
    const lines = [
      ...readings.map((each) => [each.at, readingLine(each, shown.field)]),
      ...notes.map((each) => [each.created_at, noteLine(each)]),
      ...steps.map((each) => [each.at, stepLine(each, shown.field)]),
    ];
    lines.sort(([one], [other]) => (one < other ? -1 : 1));
    list.replaceChildren(...lines.map(([, made]) => made));
  }

  function refresh() {
    list.replaceChildren();
    if (root.open) load().catch((error) => list.append(error.message));
  }

  root.addEventListener("toggle", refresh);
  return {
    show(next) {
      item = next;
      root.hidden = item.is_blind;
      refresh();
    },
    toggle() {
      if (!root.hidden) root.open = !root.open;
    },
  };
}
