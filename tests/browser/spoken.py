"""What a page says: every text that is seen, or read out, on it."""

from __future__ import annotations

from playwright.sync_api import Page

# Of elements that are shown; what people typed is no text of the page.
COLLECT = """() => {
  const said = new Set();
  const add = (text) => text && said.add(text.replace(/\\s+/g, " ").trim());
  const isOurs = (element) => !element.closest("kbd, code, script, style, [lang]:not(html)");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (isOurs(texts.currentNode.parentElement)) add(texts.currentNode.data);
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (!isOurs(element)) continue;
    for (const name of ["title", "aria-label", "placeholder", "alt", "data-empty", "hx-confirm"]) {
      add(element.getAttribute(name));
    }
  }
  add(document.title);
  return [...said];
}"""


def texts_of(page: Page) -> set[str]:
    """The texts of the page, hidden dialogs and panels included, each once."""
    return set(page.evaluate(COLLECT))
