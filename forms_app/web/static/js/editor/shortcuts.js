/** Keys of the editor. Typing in an input is left alone, but for Escape and Ctrl+S. */

import { isTyping } from "../keys.js";

const PLAIN = {
  v: "tool-select", c: "tool-comb", l: "tool-line", m: "tool-mark", o: "tool-choice",
  s: "tool-signature", i: "tool-image",
  Delete: "delete", Backspace: "delete",
  "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", 0: "fit", 1: "actualSize", 2: "fitWidth",
  PageDown: "nextPage", PageUp: "previousPage",
};
const WITH_CONTROL = {
  z: "undo", y: "redo", d: "duplicate", c: "copy", x: "cut", v: "paste", a: "selectAll",
  s: "save",
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAST = 10;

/** Whether Enter or Space belongs to the control that has the focus. */
const isControl = (target) => target.closest("button, a, summary, select, input") !== null;

export function bindShortcuts({ commands, store, drawing, container }) {
  function run(event, name) {
    event.preventDefault();
    commands[name]();
  }

  function escape(event) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    drawing.cancel();
    if (isTyping(event)) container.focus({ preventScroll: true });
    else if (store.state.tool !== "select") store.set({ tool: "select" });
    else store.set({ selection: [] });
  }

  function withControl(event, typing) {
    const key = event.key.toLowerCase();
    if (key === "z" && event.shiftKey && !typing) return run(event, "redo");
    if (!(key in WITH_CONTROL) || (typing && key !== "s")) return undefined;
    if (key === "c" && String(document.getSelection())) return undefined;
    return run(event, WITH_CONTROL[key]);
  }

  function nudge(event) {
    const [dx, dy] = ARROWS[event.key];
    const step = event.shiftKey ? FAST : 1;
    if (!store.state.selection.length) return;
    event.preventDefault();
    commands.nudge(dx * step, dy * step);
  }

  function space(event) {
    if (isControl(event.target)) return;
    event.preventDefault();
    drawing.holdSpace(true);
  }

  function enter(event) {
    if (isControl(event.target) || store.state.tool === "select") return;
    event.preventDefault();
    drawing.placeInView();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return undefined;
    const typing = isTyping(event);
    if (event.key === "Escape") return escape(event);
    if ((event.ctrlKey || event.metaKey) && !event.altKey) return withControl(event, typing);
    if (typing || event.altKey) return undefined;
    if (event.key === " ") return space(event);
    if (event.key === "Enter") return enter(event);
    if (event.key in ARROWS) return nudge(event);
    if (event.key in PLAIN) return run(event, PLAIN[event.key]);
    return undefined;
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") drawing.holdSpace(false);
  });
  window.addEventListener("blur", () => drawing.holdSpace(false));
}
