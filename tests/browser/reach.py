"""Whether a page fits its window, and every control of it can be reached."""

from __future__ import annotations

from playwright.sync_api import Page

CONTROLS = "a[href], button, input, select, textarea, summary"
# Brought into view, a control lies within the window, and its middle is not under something else.
CUT_OFF = """(controls) => {
  const cut = [];
  const at = document.querySelector("dialog[open]") ?? document.body;
  for (const control of at.querySelectorAll(controls)) {
    const shown = control.checkVisibility({visibilityProperty: true, opacityProperty: true});
    if (!shown || control.matches(".skip-link, :disabled, .visually-hidden")) continue;
    control.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
    const box = control.getBoundingClientRect();
    const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    const hit = document.elementFromPoint(x, y);
    const reached = hit && (control.contains(hit) || hit.contains(control)
      || hit.closest("label")?.control === control);
    const inside = box.left >= -1 && box.right <= window.innerWidth + 1;
    if (!reached || !inside) cut.push(
      `${control.outerHTML.slice(0, 120)} at ${Math.round(box.left)}..${Math.round(box.right)}, `
      + `${Math.round(box.top)} under ${hit?.outerHTML.slice(0, 80)}`);
  }
  return cut;
}"""
SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"


def faults(page: Page) -> list[str]:
    """One line for each control that is cut off or covered, and for a page that is too wide."""
    found = ["scrolls sideways"] if page.evaluate(SIDEWAYS) else []
    return found + page.evaluate(CUT_OFF, CONTROLS)
