/** Which keys run which command: what stands at first, what a person has changed, how it is said. */

import { t } from "../i18n.js";

/** A combination is its modifiers and the key's place, as in `Alt+KeyB`, `Ctrl+Enter`, `F2`. */
export const FIRST_KEYS = {
  confirm: "Enter",
  back: "Shift+Enter",
  finishForm: "Ctrl+Enter",
  take1: "Alt+Digit1",
  take2: "Alt+Digit2",
  take3: "Alt+Digit3",
  list: "Alt+KeyL",
  before: "Alt+KeyD",
  blank: "Alt+KeyB",
  unreadable: "Alt+KeyU",
  keep: "Alt+KeyK",
  postpone: "Alt+KeyP",
  refer: "Alt+KeyR",
  misaligned: "Alt+KeyA",
  takeProposal: "Alt+KeyT",
  keepMine: "Alt+KeyM",
  history: "Alt+KeyH",
  undo: "Ctrl+KeyZ",
  wholePage: "F2",
  help: "F1",
};

const MODIFIERS = ["Control", "Shift", "Alt", "AltGraph", "Meta", "CapsLock", "Fn", "OS", "Dead"];
const OF_BROWSERS = new Set([
  "Ctrl+KeyN", "Ctrl+KeyT", "Ctrl+KeyW", "Ctrl+KeyR", "Ctrl+KeyL", "Ctrl+KeyQ", "Ctrl+KeyP",
  "Ctrl+KeyA", "Ctrl+KeyC", "Ctrl+KeyV", "Ctrl+KeyX", "Ctrl+KeyY", "Ctrl+KeyF", "Ctrl+Tab",
  "Ctrl+Shift+KeyN", "Ctrl+Shift+KeyT", "Ctrl+Shift+KeyW", "Ctrl+Shift+KeyI", "Ctrl+F4",
  "Alt+F4", "Alt+Tab", "Alt+Space", "Alt+ArrowLeft", "Alt+ArrowRight", "Alt+Home",
  "F5", "F6", "F7", "F10", "F11", "F12", "Ctrl+F5",
]);
const OF_CELLS = new Set([
  "Space", "Backspace", "Delete", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End",
  "Tab", "Escape",
]);
const WORDS = {
  Enter: "Enter", Space: t("Space"), Escape: "Esc", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑",
  ArrowDown: "↓", PageUp: t("Page up"), PageDown: t("Page down"), Insert: t("Insert"),
};

const isMac = () => /mac|iphone|ipad/i.test(navigator.platform);

/** Where on the keyboard: a letter or digit by what it types, as layouts move them about. */
function placeOf({ key, code }) {
  if (/^[a-z]$/i.test(key)) return `Key${key.toUpperCase()}`;
  if (/^[0-9]$/.test(key)) return `Digit${key}`;
  if (code === "NumpadEnter") return "Enter";
  return code.replace(/^Numpad(?=\d$)/, "Digit") || key;
}

/** Alt Gr types characters; so does Option on a Mac, but there the key's code tells it. */
function typesCharacter(event) {
  if (isMac()) return false;
  return event.getModifierState("AltGraph") || (event.altKey && event.ctrlKey);
}

/** The combination that was pressed; '' for bare modifiers and what types a character by Alt Gr. */
export function combinationOf(event) {
  if (typesCharacter(event)) return "";
  if (MODIFIERS.includes(event.key) && !(event.key === "Dead" && event.altKey)) return "";
  const held = [
    (event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift",
  ];
  return [...held.filter(Boolean), placeOf(event)].join("+");
}

/** The keys of a combination as they are printed on the keyboard. */
export function keysInWords(combination) {
  const macs = isMac() ? { Ctrl: "⌘", Alt: "⌥", Shift: "⇧" } : {};
  return combination.split("+").map((part) => {
    const bare = part.replace(/^(Key|Digit)(?=.$)/, "");
    return macs[part] ?? WORDS[part] ?? bare;
  });
}

export const labelOf = (combination) => keysInWords(combination).join(isMac() ? "" : "+");

/** Why a combination cannot run a command; '' when it can. `names` are the commands in words. */
export function refusalOf(combination, command, keys, names) {
  if (!combination) return t("Press a key together with Ctrl, Alt or Shift, or a function key.");
  const label = labelOf(combination);
  const [key] = combination.split("+").slice(-1);
  const isBare = !/(Ctrl|Alt)\+/.test(combination);
  if (isBare && (/^(Key|Digit)/.test(key) || OF_CELLS.has(key) || !/^(F\d+|[A-Z][a-z]+)/.test(key))) {
    return t("{key} is needed for typing.", { key: label });
  }
  if (OF_BROWSERS.has(combination)) return t("{key} belongs to the browser.", { key: label });
  const owner = Object.keys(keys).find(
    (each) => each !== command && keys[each] === combination);
  return owner ? t("{key} is taken: {command}.", { key: label, command: names[owner] }) : "";
}

/** `changed` is what the person has set; unknown commands in it are let go. */
export function createKeymap(changed) {
  const known = Object.entries(changed).filter(([command]) => command in FIRST_KEYS);
  const keys = { ...FIRST_KEYS, ...Object.fromEntries(known) };
  return {
    keys,
    commandOf: (event) => {
      const pressed = combinationOf(event);
      return pressed && Object.keys(keys).find((command) => keys[command] === pressed);
    },
    set(command, combination) {
      keys[command] = combination;
    },
    reset: () => Object.assign(keys, FIRST_KEYS),
    /** What differs from the first keys. */
    changes: () => Object.fromEntries(
      Object.entries(keys).filter(([command, key]) => FIRST_KEYS[command] !== key)),
  };
}
