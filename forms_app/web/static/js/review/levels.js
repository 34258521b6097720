/** How sure the machine is, in three steps that have a colour and a shape each. Pure. */

/** Below `DOUBTFUL` a character gets the dotted line, below `VERY_DOUBTFUL` the box. */
export const DOUBTFUL = 0.95;
export const VERY_DOUBTFUL = 0.6;

export function levelOf(probability) {
  if (probability < VERY_DOUBTFUL) return "very-doubtful";
  return probability < DOUBTFUL ? "doubtful" : "sure";
}

const WORDS = { sure: "", doubtful: "doubtful", "very-doubtful": "very doubtful" };
export const wordOf = (level) => WORDS[level];

/** 0.613 as `61 %`; 0 and 100 % only where they are exactly true. */
export function percent(probability) {
  if (probability <= 0 || probability >= 1) return `${probability <= 0 ? 0 : 100} %`;
  if (probability < 0.01) return "under 1 %";
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
