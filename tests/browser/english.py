"""English that a page in German still speaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from playwright.sync_api import Page

from forms_app import demo
from forms_app.web.language import catalogue
from tests.browser.spoken import texts_of
from tools.translations import DOMAINS

# Words that make a sentence English and stand in no German one.
ENGLISH = re.compile(r"\b(the|of|is|are|and|not|with|this|has|have|by|from|to|be|yet)\b", re.I)
# What the pages show of the demo is written by people, in English.
MADE_UP = (
    "half a page",
    "cut off",
    "Home visits",
    "Family name (capitals)",
    "The paper says so.",
    "The patient number has a 7, not a 1; look at the date too.",
    "A 1 or a 7? The other forms of this ward have both.",
    "Ticked, or is the tick struck out?",
)
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def english_on(page: Page) -> list[str]:
    """The texts of a German page that are English."""
    return [text for text in texts_of(page) if _is_english(text)]


def _is_english(text: str) -> bool:
    own = _data()
    if not text or text in own:
        return False
    for data in own:
        text = text.replace(data, "")
    return text in _translated() or ENGLISH.search(text) is not None


@cache
def _translated() -> frozenset[str]:
    """What the pages say in English, where the German of it is another."""
    return frozenset(_texts_of_catalogues())


def _texts_of_catalogues() -> Iterator[str]:
    for domain in DOMAINS:
        for message in catalogue("de", domain):
            if not message.id:
                continue
            texts = (message.id,) if isinstance(message.id, str) else message.id
            told = (message.string,) if isinstance(message.string, str) else message.string
            yield from (text for text in texts if text not in told and not PLACE.search(text))


@cache
def _data() -> tuple[str, ...]:
    """What people wrote: labels and names of the demo's form, the longest first."""
    fields = json.loads(demo.TEMPLATE.read_text(encoding="utf-8"))["fields"]
    texts = {field[key] for field in fields for key in ("label", "name") if key in field}
    options = [option for field in fields for option in field.get("options", ())]
    texts |= {str(option.get(key, "")) for option in options for key in ("label", "value")}
    texts = {" ".join(text.split()) for text in {*texts, *MADE_UP}} - {""}
    # "Date of birth  D D M M Y Y Y Y" is spoken of as "Date of birth", too.
    texts |= {re.sub(r"( [DMY])+$", "", text) for text in texts}
    return tuple(sorted(texts, key=len, reverse=True))
