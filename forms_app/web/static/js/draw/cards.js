// What a character was read as: a card with a bar for each of its likely readings.

import { t } from "../i18n.js";
import { levelOf, percent, wordOf } from "../review/levels.js";

const MOST_READINGS = 4;
const SVG = "http://www.w3.org/2000/svg";

function make(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

export const shown = (value) => (value === " " ? "␣" : value ?? "?");

/** A letter with the mark of its doubt. */
export function letterOf({ value, probability }) {
  const letter = make("span", "draw-letter value", shown(value));
  letter.dataset.level = value === null ? "very-doubtful" : levelOf(probability);
  return letter;
}

/** "A, 97 %, doubtful; or 4, 2 %": for screen readers. */
export function inWords(character) {
  const level = wordOf(levelOf(character.probability));
  const others = character.alternatives
    .slice(0, MOST_READINGS - 1).map(([value, p]) => `${value}, ${percent(p)}`);
  const own = `${character.value ?? t("no character")}, ${percent(character.probability)}`;
  return [own, level, others.length ? t("or {readings}",
    { readings: others.join(", ") }) : ""].filter(Boolean).join("; ");
}

function readingRow(value, probability) {
  const row = make("li", "draw-reading");
  const bar = document.createElementNS(SVG, "svg");
  bar.setAttribute("class", "draw-bar");
  bar.setAttribute("aria-hidden", "true");
  const length = document.createElementNS(SVG, "rect");
  length.setAttribute("width", `${(100 * probability).toFixed(1)}%`);
  length.setAttribute("height", "100%");
  bar.append(length);
  const share = `${Math.min(99, Math.round(100 * probability))}\u202f%`;
  row.append(make("span", "value", shown(value)), bar, make("span", "draw-share", share));
  return row;
}

/** The contents of a card. */
export function fillCard(card, character) {
  const readings = [[character.value, character.probability], ...character.alternatives]
    .filter(([value]) => value !== null)
    .slice(0, MOST_READINGS);
  const list = make("ol", "draw-readings");
  list.append(...readings.map(([value, probability]) => readingRow(value, probability)));
  card.replaceChildren(letterOf(character), list);
}

/** `onPoint(character | null)` follows the mouse. */
export function createCards(root, { onPoint }) {
  function card(character) {
    const made = make("div", "draw-card");
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", inWords(character));
    fillCard(made, character);
    made.addEventListener("pointerenter", () => onPoint(character));
    made.addEventListener("pointerleave", () => onPoint(null));
    return made;
  }

  return {
    /** Cards under the boxes of a comb, or one after the other. */
    show(characters, surface) {
      const visible = characters.filter(({ value, box }) => box || value !== " ");
      const cards = visible.map((character) => {
        const made = card(character);
        if (!surface.isLine && character.cell !== null) {
          const [x, , width] = surface.cells[character.cell];
          made.style.left = `${(100 * x) / surface.width}%`;
          made.style.width = `${(100 * width) / surface.width}%`;
        }
        return made;
      });
      root.classList.toggle("draw-cards-comb", !surface.isLine);
      root.replaceChildren(...cards);
    },
  };
}
