/** Tick boxes as toggles: a number key for each, the machine's answer chosen at first. */

import { t } from "../i18n.js";
import { levelOf } from "./levels.js";
import { same } from "./values.js";

const MOST_KEYS = 9;

function optionsOf(field) {
  if (field.kind === "mark") return [[true, t("Ticked")], [false, t("Not ticked")]];
  if (field.kind === "signature") return [[true, t("Signed")], [false, t("Not signed")]];
  return field.options.map((option) => [option.value, option.label || option.value]);
}

export function createChoices(root, item, { onInput }) {
  const { field, reading } = item;
  const isMany = field.kind === "choices";
  const options = optionsOf(field);
  const machine = isMany ? [...(reading.value ?? [])] : reading.value;
  let chosen = isMany ? [...(item.value ?? [])] : item.value;

  const group = document.createElement("div");
  group.className = "choices";
  group.setAttribute("role", isMany ? "group" : "radiogroup");
  group.setAttribute("aria-label", field.label || field.name);
  const buttons = options.map(([value, label], i) => buttonFor(value, label, i));
  group.append(...buttons);
  root.replaceChildren(group);

  function buttonFor(value, label, i) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "choice";
    button.setAttribute("role", isMany ? "checkbox" : "radio");
    if (i < MOST_KEYS) {
      const key = document.createElement("kbd");
      key.textContent = i + 1;
      button.append(key);
      button.setAttribute("aria-keyshortcuts", i + 1);
      button.title = `${label} (${i + 1})`;
    }
    const words = document.createElement("span");
    words.textContent = label;
    button.append(words);
    button.addEventListener("click", () => toggle(i));
    return button;
  }

  const isChosen = (value) => (isMany ? chosen.includes(value) : chosen === value);

  function toggle(i) {
    const [value] = options[i];
    if (isMany) {
      const kept = chosen.includes(value)
        ? chosen.filter((each) => each !== value)
        : [...chosen, value];
      chosen = options.map(([each]) => each).filter((each) => kept.includes(each));
    } else {
      chosen = chosen === value && typeof value !== "boolean" ? null : value;
    }
    paint();
    onInput();
  }

  function paint() {
    const wasChosen = (value) => (isMany ? machine.includes(value) : machine === value);
    buttons.forEach((button, i) => {
      const [value] = options[i];
      button.setAttribute("aria-checked", isChosen(value));
      const isChanged = isChosen(value) !== wasChosen(value);
      const level = isChosen(value) ? levelOf(reading.confidence) : "sure";
      button.dataset.level = isChanged && isChosen(value) ? "changed" : level;
    });
  }

  paint();
  return {
    value: () => chosen,
    isUnchanged: () => same(chosen, machine),
    unkeyed: [],
    keyed: [],
    set(value) {
      chosen = isMany ? [...(value ?? [])] : value;
      paint();
      onInput();
    },
    focus() {
      const at = options.findIndex(([value]) => isChosen(value));
      buttons[Math.max(at, 0)]?.focus();
    },
    /** A number key; answers whether it meant something here. */
    press(key) {
      const i = Number(key) - 1;
      if (!Number.isInteger(i) || i < 0 || i >= Math.min(options.length, MOST_KEYS)) return false;
      toggle(i);
      buttons[i].focus();
      return true;
    },
    layOut() {},
  };
}
