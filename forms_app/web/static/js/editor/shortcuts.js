/** Binds the keys of the table. Typing in an input is left alone, but for Escape and Ctrl+S. */

import { isTyping } from "../keys.js";
import { bindings, chord } from "./keymap.js";

const DIRECTIONS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};
const WHILE_TYPING = new Set(["save"]);

/** Whether Enter, Space or an arrow belongs to the control that has the focus. */
const isControl = (target) => target.closest("button, a, summary, select, input") !== null;

/** A list of choices types nothing with Ctrl or Alt: undo and the like work from there. */
const isListWithModifier = (event) =>
  event.target.matches("select") && (event.ctrlKey || event.metaKey || event.altKey) &&
  !document.querySelector("dialog[open]");

export function bindShortcuts({ commands, store, drawing, container, readOnly }) {
  const commandOf = bindings(readOnly);

  function escape(event) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    drawing.cancel();
    if (isTyping(event)) container.focus({ preventScroll: true });
    else if (store.state.tool !== "select") store.set({ tool: "select" });
    else store.set({ selection: [] });
  }

  function space(event) {
    if (isControl(event.target)) return;
    event.preventDefault();
    drawing.holdSpace(true);
  }

  /** Whether the browser or the control with the focus keeps this key. */
  function isTaken(event, command, typing) {
    if (typing) return !WHILE_TYPING.has(command);
    if (command === "enter") return isControl(event.target);
    if (event.key in DIRECTIONS) return event.target.matches("select, input");
    return command === "copy" && String(document.getSelection()) !== "";
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if (event.key === "Escape") return void escape(event);
    const typing = isTyping(event) && !isListWithModifier(event);
    if (event.key === " " && !typing && !event.ctrlKey) return void space(event);
    const command = commandOf.get(chord(event));
    if (!command || isTaken(event, command, typing)) return;
    if (event.key in DIRECTIONS && !store.state.selection.length) return;
    event.preventDefault();
    commands[command](...(DIRECTIONS[event.key] ?? []));
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") drawing.holdSpace(false);
  });
  window.addEventListener("blur", () => drawing.holdSpace(false));
}
