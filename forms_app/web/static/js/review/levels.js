/** How sure the machine is, in three steps that have a colour and a shape each. */

import { t } from "../i18n.js";

/** Below `DOUBTFUL` a character gets the dotted line, below `VERY_DOUBTFUL` the box. The page says
    where they start: what sheets settle is what is dotted, what must be typed is what is boxed
    (reading/character_doubts.py). */
export const DOUBTFUL = limit("doubtful-below");
export const VERY_DOUBTFUL = limit("very-doubtful-below");

function limit(name) {
  return Number(document.querySelector(`meta[name="${name}"]`).content);
}

export function levelOf(probability) {
  if (probability < VERY_DOUBTFUL) return "very-doubtful";
  return probability < DOUBTFUL ? "doubtful" : "sure";
}

const WORDS = { sure: "", doubtful: t("doubtful"), "very-doubtful": t("very doubtful") };
export const wordOf = (level) => WORDS[level];

/** 0.613 as `61 %`; 0 and 100 % only where they are exactly true. */
export function percent(probability) {
  if (probability <= 0 || probability >= 1) return `${probability <= 0 ? 0 : 100} %`;
  if (probability < 0.01) return t("under 1 %");
  return `${Math.min(99, Math.round(probability * 100))} %`;
}

/** Which characters of `text` differ from `before`: all but a common beginning and end. */
export function changedPlaces(before, text) {
  let start = 0;
  while (start < text.length && start < before.length && text[start] === before[start]) start += 1;
  let end = 0;
  while (
    end < text.length - start && end < before.length - start &&
    text.at(-1 - end) === before.at(-1 - end)
  ) end += 1;
  return { start, end: text.length - end };
}
