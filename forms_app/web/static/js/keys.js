// Keyboard shortcuts: single keys that stay out of the way of typing.

/** Whether a key press belongs to a text field or an open dialog rather than to the page. */
export function isTyping(event) {
  const target = event.target;
  return (
    target.isContentEditable ||
    target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") ||
    document.querySelector("dialog[open]") !== null
  );
}

/** Run `handlers[key]` for plain key presses outside of typing. */
export function onKeys(handlers) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const handler = handlers[event.key];
    if (!handler || isTyping(event)) return;
    event.preventDefault();
    handler(event);
  });
}
