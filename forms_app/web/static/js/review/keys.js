/** Keys of the review station; they work while a cell has the focus, so none is a bare letter. */

// A button or link that has the focus is pressed; a toggle is chosen by Space or its number.
const pressesControl = (event) =>
  event.key === "Enter" && event.target.closest("a, button:not(.choice), summary");

/** `commands` by name, as in keymap.js, and `press(key)` and `refocus`. */
export function bindKeys(commands, keymap) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const command = keymap.commandOf(event);
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (command && !(isPlain && pressesControl(event))) {
      event.preventDefault();
      if (!event.repeat || command === "undo") commands[command]();
    } else if (isPlain && event.key === "Escape") {
      commands.refocus();
    } else if (isPlain && /^[1-9]$/.test(event.key) && !event.target.matches("input, textarea")) {
      if (commands.press(event.key)) event.preventDefault();
    }
  });
}
