/** The place under the page where a helper (detect, check, try) shows what it found; one at a time. */

import { bindSize } from "./drawer-size.js";

/**
 * `root` holds a heading, a close button and an empty `[data-drawer-content]`.
 *
 * `open({by, title, content, onClose})` shows the element `content`; `by` is the button that opened
 * it, which is pressed meanwhile and gets the focus back. `close()` hides it and calls `onClose`.
 */
export function createDrawer(root) {
  const title = root.querySelector("[data-drawer-title]");
  const place = root.querySelector("[data-drawer-content]");
  const size = bindSize(root);
  let shown = null;

  function close() {
    if (!shown) return;
    const { by, onClose } = shown;
    const hadFocus = root.contains(document.activeElement);
    shown = null;
    root.hidden = true;
    place.replaceChildren();
    by?.setAttribute("aria-pressed", "false");
    if (hadFocus) by?.focus();
    onClose?.();
  }

  function open(next) {
    close();
    shown = next;
    title.textContent = next.title;
    place.replaceChildren(next.content);
    next.by?.setAttribute("aria-pressed", "true");
    root.hidden = false;
    size();
    place.scrollTop = 0;
  }

  root.querySelector("[data-drawer-close]").addEventListener("click", close);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });

  return {
    open,
    close,
    /** Whether the helper with this button is shown. */
    shows: (by) => shown !== null && shown.by === by,
  };
}
