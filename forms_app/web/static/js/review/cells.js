/** One input for each cell of a comb, straight under the cell on the crop. */

import { t } from "../i18n.js";
import { levelOf, wordOf } from "./levels.js";
import { asTyped, cellsOfReading, same } from "./values.js";

const LEAST_CELL_CSS_PX = 15;

/**
 * Editors share one face: `value`, `isUnchanged`, `set`, `focus`, `layOut`; `unkeyed` are the places
 * of very doubtful characters that nobody has typed yet, `keyed` the places of all that were typed
 * or taken, `focusAt(place)` puts the caret there. Places count the reading's characters.
 */
export function createCells(root, item, { crop, onPoint, onInput }) {
  const { field, reading, decision } = item;
  const count = field.cell_boxes_px.length || field.cells;
  const machine = cellsOfReading(reading, count);
  const characters = new Map(
    reading.characters.map((character, i) => [character.cell ?? i, character]));
  const places = new Map(reading.characters.map((character, i) => [character.cell ?? i, i]));
  const typedCells = new Set();
  const isMachineValue = !decision || same(decision.value, reading.value);
  const start = isMachineValue ? machine : spread(asTyped(item.value, field));
  const row = document.createElement("div");
  row.className = "cells";
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", field.label || field.name);
  const inputs = Array.from({ length: count }, (_, i) => inputFor(i));
  row.append(...inputs);
  root.replaceChildren(row);

  // A value of the list may have spaces that a comb leaves no cells for.
  function spread(value) {
    const text = [...value].length > count ? value.replace(/\s+/g, "") : value;
    return Array.from({ length: count }, (_, i) => [...text][i] ?? "");
  }

  function inputFor(i) {
    const input = document.createElement("input");
    input.className = "cell";
    input.value = start[i];
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("autocapitalize", "off");
    input.addEventListener("focus", () => {
      input.select();
      onPoint(characters.get(i) ?? null, i);
    });
    input.addEventListener("input", (event) => typed(i, event));
    input.addEventListener("compositionend", (event) => typed(i, { data: event.data }));
    input.addEventListener("keydown", (event) => steer(i, event));
    input.addEventListener("paste", (event) => pasted(i, event));
    paint(input, i);
    return input;
  }

  function paint(input, i) {
    const character = characters.get(i);
    const isChanged = input.value !== machine[i];
    const isSeen = isChanged || typedCells.has(i);
    const level = character && !isSeen ? levelOf(character.probability) : "sure";
    input.dataset.level = isChanged ? "changed" : level;
    const doubt = isChanged ? t("changed by you") : wordOf(level);
    const name = t("Character {place} of {count}", { place: i + 1, count });
    input.setAttribute("aria-label", doubt ? `${name}, ${doubt}` : name);
  }

  function put(i, text) {
    inputs[i].value = text;
    typedCells.add(i);
    paint(inputs[i], i);
  }

  function go(i) {
    inputs[Math.min(Math.max(i, 0), count - 1)].focus();
  }

  // The last character typed wins, whatever the cell held; composed input (dead keys, IME) waits.
  function typed(i, event) {
    if (event.isComposing) return;
    const letters = [...inputs[i].value];
    put(i, (letters.at(-1) ?? "").trim());
    if (event.data) go(i + 1);
    onInput();
  }

  function pasted(i, event) {
    event.preventDefault();
    const letters = [...event.clipboardData.getData("text").trim()];
    letters.slice(0, count - i).forEach((letter, k) => put(i + k, letter.trim()));
    go(i + letters.length);
    onInput();
  }

  function steer(i, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const moves = {
      ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: count - 1,
    };
    if (event.key in moves) {
      event.preventDefault();
      go(moves[event.key]);
    } else if (event.key === " ") {
      event.preventDefault();
      put(i, "");
      go(i + 1);
      onInput();
    } else if (event.key === "Backspace") {
      event.preventDefault();
      const at = inputs[i].value === "" ? Math.max(i - 1, 0) : i;
      put(at, "");
      go(at);
      onInput();
    }
  }

  const text = () => inputs.map((input) => input.value || " ").join("").trimEnd();

  return {
    value: () => text(),
    isUnchanged: () => inputs.every((input, i) => input.value === machine[i]),
    get unkeyed() {
      return [...characters]
        .filter(([at, { probability }]) =>
          at < count && levelOf(probability) === "very-doubtful" &&
          inputs[at].value === machine[at] && !typedCells.has(at))
        .map(([at]) => places.get(at));
    },
    get keyed() {
      return [...typedCells].filter((at) => places.has(at)).map((at) => places.get(at));
    },
    focusAt: (place) => go(reading.characters[place].cell ?? place),
    set(value) {
      spread(asTyped(value, field)).forEach((letter, i) => put(i, letter));
      onInput();
    },
    /** The most doubtful character first; else the first cell. */
    focus() {
      const doubts = [...characters].filter(([at]) => at < count && inputs[at].value === machine[at]);
      const worst = doubts.sort((a, b) => a[1].probability - b[1].probability)[0];
      go(worst && levelOf(worst[1].probability) !== "sure" ? worst[0] : 0);
    },
    layOut(geometry) {
      if (!geometry) return;
      row.style.width = `${geometry.width}px`;
      row.style.marginLeft = `${geometry.left}px`;
      inputs.forEach((input, i) => {
        const [x, , width] = crop.relative(field.cell_boxes_px[i]);
        const css = Math.max(width * geometry.scale, LEAST_CELL_CSS_PX);
        input.style.left = `${x * geometry.scale}px`;
        input.style.width = `${css}px`;
        input.style.fontSize = `${Math.min(22, css * 0.72)}px`;
      });
    },
  };
}
