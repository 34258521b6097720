/** Keys of the review station; they work while a cell has the focus, so none is a bare letter. */

/** `commands`: confirm, back, blank, unreadable, undo, take(i), list, keep, wholePage, help, press(key). */
export function bindKeys(commands) {
  const withAlt = {
    KeyB: () => commands.blank(),
    KeyU: () => commands.unreadable(),
    KeyK: () => commands.keep(),
    KeyL: () => commands.list(),
    Digit1: () => commands.take(0),
    Digit2: () => commands.take(1),
    Digit3: () => commands.take(2),
    Numpad1: () => commands.take(0),
    Numpad2: () => commands.take(1),
    Numpad3: () => commands.take(2),
  };

  function find(event) {
    // Alt Gr types characters; on a Mac so does Option, but there its code names the key.
    const isAltGraph = event.getModifierState("AltGraph") || (event.altKey && event.ctrlKey);
    if (event.altKey && !isAltGraph) return withAlt[event.code];
    const isControl = event.ctrlKey || event.metaKey;
    if (isControl && !event.altKey) {
      return event.key.toLowerCase() === "z" && !event.shiftKey ? commands.undo : undefined;
    }
    if (event.key === "Enter") return enter(event);
    if (event.key === "F1") return commands.help;
    if (event.key === "F2") return commands.wholePage;
    if (event.key === "Escape") return commands.refocus;
    return undefined;
  }

  function enter(event) {
    if (event.shiftKey) return commands.back;
    // A button or link that has the focus is pressed; a toggle is chosen by Space or its number.
    const control = event.target.closest("a, button:not(.choice), summary");
    return control ? undefined : commands.confirm;
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const run = find(event);
    if (run) {
      event.preventDefault();
      run();
      return;
    }
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isPlain && /^[1-9]$/.test(event.key) && !event.target.matches("input, textarea")) {
      if (commands.press(event.key)) event.preventDefault();
    }
  });
}
