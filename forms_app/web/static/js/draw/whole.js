// The text as a whole, and what a form would do with it.

import { t } from "../i18n.js";
import { percent } from "../review/levels.js";
import { letterOf } from "./cards.js";

const LEAST_SHOWN = 0.01;
const OUTCOMES = {
  struck_out: t("This looks struck out."),
  unreadable: t("This cannot be read. On a form a person would be asked."),
};

function paragraph(className, ...contents) {
  const made = document.createElement("p");
  made.className = className;
  made.append(...contents);
  return made;
}

export function createWhole({ text, others, verdict, announcer }) {
  function showVerdict(answer) {
    if (answer.outcome === "blank") return verdict.replaceChildren();
    if (answer.outcome !== "read") {
      return verdict.replaceChildren(paragraph("state state-failed", OUTCOMES[answer.outcome]));
    }
    const sure = percent(answer.confidence);
    const head = answer.needs_review
      ? paragraph("state state-waiting", t("{sure} sure: on a form a person would be asked",
        { sure }))
      : paragraph("state state-done", t("{sure} sure: on a form it would be accepted", { sure }));
    const reasons = document.createElement("ul");
    reasons.className = "draw-reasons small muted";
    for (const reason of answer.reasons.slice(0, 2)) {
      reasons.append(document.createElement("li"));
      reasons.lastChild.textContent = reason;
    }
    return verdict.replaceChildren(head, reasons);
  }

  return {
    show(answer) {
      const isRead = answer.outcome === "read" || answer.characters.length > 0;
      text.replaceChildren(...(isRead ? answer.characters.map(letterOf) : []));
      const readings = answer.alternatives
        .filter(([, p]) => p >= LEAST_SHOWN)
        .map(([value, p]) => `${value} ${percent(p)}`);
      const parts = readings.length ? [t("or {readings}", { readings: readings.join(", ") })] : [];
      if (answer.outcome !== "blank") parts.push(t("read in {elapsed} ms",
        { elapsed: Math.ceil(answer.elapsed_ms) }));
      others.textContent = parts.join(" · ");
      showVerdict(answer);
    },
    clear() {
      text.replaceChildren();
      others.textContent = "";
      verdict.replaceChildren();
    },
    announce(answer) {
      announcer.textContent = answer.text ? t("Read as {text}", { text: answer.text }) : "";
    },
  };
}
