"""What holds on every page: WCAG 2.2 AA, 200 % zoom, and German without a word of English."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser.chromium import DESKTOP
from tests.browser.english import english_on
from tests.browser.every_page import Prepared, screens_of
from tests.browser.reach import SIDEWAYS, faults
from tests.browser.wcag import violations
from tests.serving import Serve

pytestmark = pytest.mark.browser
# 1280 x 800 at 200 %.
ZOOMED: ViewportSize = {"width": 640, "height": 400}


@dataclass(slots=True)
class Walk:
    """What was found amiss on the way through all pages, a line each."""

    broken_rules: list[str] = field(default_factory=list)
    out_of_reach: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    english: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def walk(browser: Browser, serve: Serve, everything: Prepared) -> Walk:
    """Each page opened once, in German: its words are the longer ones."""
    walk = Walk()
    # The policy of our pages keeps axe out as it does every strange script.
    context = browser.new_context(
        viewport=ZOOMED, locale="de-DE", bypass_csp=True, reduced_motion="reduce"
    )
    with context:
        page = context.new_page()
        for screen in screens_of(everything):
            page.set_viewport_size(ZOOMED)
            screen.open(page, serve.url)
            walk.out_of_reach += [f"{screen.name}: {fault}" for fault in faults(page)]
            page.set_viewport_size(DESKTOP)
            walk.english += [f"{screen.name}: {text}" for text in english_on(page)]
            walk.too_wide += [screen.name] if page.evaluate(SIDEWAYS) else []
            walk.broken_rules += [f"{screen.name}: {line}" for line in violations(page)]
    return walk


def test_no_page_breaks_a_rule_of_wcag(walk: Walk) -> None:
    assert not walk.broken_rules, "\n".join(walk.broken_rules)


def test_every_page_works_at_twice_the_size(walk: Walk) -> None:
    assert not walk.out_of_reach, "\n".join(walk.out_of_reach)


def test_no_page_is_too_wide_for_its_window(walk: Walk) -> None:
    assert not walk.too_wide


def test_no_page_speaks_english_to_a_german(walk: Walk) -> None:
    assert not walk.english, "\n".join(walk.english)


def test_nothing_moves_where_people_ask_for_calm(browser: Browser, serve: Serve) -> None:
    moving = """() => {
      const fresh = document.createElement("div");
      fresh.style.cssText = "transition: opacity 1s; animation: spin 1s infinite";
      document.body.append(fresh);
      const style = getComputedStyle(fresh);
      return [style.transitionDuration, style.animationName, document.getAnimations().length];
    }"""
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(serve.url)
        assert page.evaluate(moving) == ["0s", "none", 0]
