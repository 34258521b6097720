/** One input for free writing, and above it the reading, each character under its ink. */

import { t } from "../i18n.js";
import { changedPlaces, levelOf, wordOf } from "./levels.js";
import { asTyped, same } from "./values.js";

export function createLine(root, item, { onPoint, onInput }) {
  const { field, reading, decision } = item;
  const isMachineValue = !decision || same(decision.value, reading.value);
  const machine = reading.characters.map((character) => character.value).join("") ||
    asTyped(reading.value, field);
  const start = isMachineValue ? machine : asTyped(item.value, field);

  const strip = document.createElement("div");
  strip.className = "strip";
  strip.setAttribute("aria-hidden", "true");
  const input = document.createElement(field.kind === "image" ? "textarea" : "input");
  input.className = "line-input";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.setAttribute("aria-label", field.label || field.name);
  input.setAttribute("autocapitalize", "off");
  input.value = start;
  if (field.kind === "image") {
    input.rows = 3;
    input.placeholder = t("Key what the picture says");
  }
  root.replaceChildren(strip, input);

  const letters = reading.characters.map((character, i) => {
    const letter = document.createElement("button");
    letter.type = "button";
    letter.tabIndex = -1;
    letter.className = "strip-letter";
    letter.textContent = character.value;
    letter.addEventListener("click", () => {
      input.focus();
      input.setSelectionRange(i, i + 1);
    });
    return letter;
  });
  strip.append(...letters);

  // Which character of the reading each typed one still is; null for what a person typed.
  let origins = reading.characters.map((_, i) => i);
  let before = null;

  function paint() {
    const { start: from, end } = changedPlaces(machine, input.value);
    const grown = input.value.length - machine.length;
    letters.forEach((letter, i) => {
      const isChanged = i >= from && i < end - grown;
      const level = origins.includes(i) ? levelOf(reading.characters[i].probability) : "sure";
      letter.dataset.level = isChanged || input.value === "" ? "changed" : level;
    });
    input.dataset.level = input.value === machine ? "sure" : "changed";
    strip.hidden = letters.length === 0 || input.value !== machine;
  }

  function pointAtCaret() {
    const at = Math.min(input.selectionStart ?? 0, reading.characters.length - 1);
    if (input.value === machine) onPoint(reading.characters[at] ?? null, null);
  }

  function worstDoubt() {
    let worst = -1;
    reading.characters.forEach((character, i) => {
      const isWorse = worst < 0 || character.probability < reading.characters[worst].probability;
      if (levelOf(character.probability) !== "sure" && isWorse) worst = i;
    });
    return worst;
  }

  input.addEventListener("beforeinput", () => {
    before = { start: input.selectionStart, length: input.value.length };
  });

  /** What lay between the old caret and the new one was typed over, or deleted. */
  function followTyping() {
    const caret = input.selectionStart;
    const from = Math.min(before?.start ?? 0, caret);
    const until = (before?.length ?? origins.length) - (input.value.length - caret);
    origins.splice(from, until - from, ...Array(caret - from).fill(null));
    before = null;
  }

  input.addEventListener("input", () => {
    followTyping();
    paint();
    onInput();
  });
  for (const kind of ["keyup", "click", "focus"]) input.addEventListener(kind, pointAtCaret);
  const doubts = reading.characters
    .filter((character) => levelOf(character.probability) !== "sure")
    .map((character) => `${character.value} ${wordOf(levelOf(character.probability))}`);
  if (doubts.length) {
    const described = t("Doubtful: {characters}", { characters: doubts.join(", ") });
    input.setAttribute("aria-description", described);
  }
  paint();

  return {
    value: () => input.value.trim(),
    isUnchanged: () => input.value.trim() === machine.trim(),
    get unkeyed() {
      if (!isMachineValue) return [];
      return origins.filter((place) =>
        place !== null && levelOf(reading.characters[place].probability) === "very-doubtful");
    },
    get keyed() {
      return reading.characters.map((_, i) => i).filter((i) => !origins.includes(i));
    },
    focusAt(place) {
      const at = origins.indexOf(place);
      input.focus();
      input.setSelectionRange(at, at + 1);
      pointAtCaret();
    },
    set(value) {
      input.value = asTyped(value, field);
      origins = Array(input.value.length).fill(null);
      paint();
      onInput();
    },
    focus() {
      input.focus();
      const at = input.value === machine ? worstDoubt() : -1;
      if (at >= 0) input.setSelectionRange(at, at + 1);
      else input.select();
      pointAtCaret();
    },
    layOut(geometry) {
      if (!geometry) return;
      strip.style.width = `${geometry.width}px`;
      strip.style.marginLeft = `${geometry.left}px`;
      let free = 0;
      letters.forEach((letter, i) => {
        const box = reading.characters[i].box_px;
        const middle = box ? (box[0] + box[2] / 2) * geometry.scale : free + 9;
        const left = Math.max(free, middle - 9);
        letter.style.left = `${left}px`;
        free = left + 18;
      });
    },
  };
}
