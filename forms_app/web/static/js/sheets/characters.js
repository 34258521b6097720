/** The list of characters of a batch, with what is left to look at of each. */

import { DOUBTFUL } from "../review/levels.js";
import { count, nameOf } from "./words.js";

/**
 * @param {Element} list a `ul`
 * @param {{addressOf: (character: string) => string, onChoose: (character: string) => void}} options
 */
export function createCharacters(list, { addressOf, onChoose }) {
  let counts = new Map();
  let chosen = "";

  function row([character, { left, doubtful }]) {
    const link = document.createElement("a");
    link.className = "sheets-character";
    link.href = addressOf(character);
    link.dataset.character = character;
    if (character === chosen) link.setAttribute("aria-current", "true");
    link.append(
      cell("value", nameOf(character)),
      cell("num", doubtful ? count(doubtful) : "–"),
      cell("num muted", count(left)),
    );
    const item = document.createElement("li");
    item.append(link);
    return item;
  }

  const draw = () => list.replaceChildren(...[...counts].map(row));

  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onChoose(link.dataset.character);
  });

  return {
    /** @param {{character: string, left: number, doubtful: number}[]} found */
    show(found) {
      counts = new Map(found.map(({ character, left, doubtful }) => [character, { left, doubtful }]));
      draw();
    },
    choose(character) {
      chosen = character;
      draw();
    },
    /** These glyphs of the chosen character were looked at. */
    countDown(glyphs) {
      const now = counts.get(chosen);
      if (!now) return;
      const fewer = glyphs.filter(({ probability }) => probability < DOUBTFUL).length;
      now.left = Math.max(0, now.left - glyphs.length);
      now.doubtful = Math.max(0, now.doubtful - fewer);
      draw();
    },
    /** Nothing is left of the chosen character. */
    finish() {
      if (counts.has(chosen)) counts.set(chosen, { left: 0, doubtful: 0 });
      draw();
    },
    /** The character with most doubtful glyphs, else with most; "" when there are none. */
    get worst() {
      const [worst] = [...counts].filter(([, { left }]) => left > 0)
        .sort(([, a], [, b]) => b.doubtful - a.doubtful || b.left - a.left);
      return worst ? worst[0] : "";
    },
  };
}

function cell(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
