"""In which language a page speaks: the one a person chose here, else what their browser asks for.

Page templates are translated where they stand (`_`, domain `messages`), scripts by `js/i18n.js`
(domain `scripts`), and sentences that Python makes when they are shown (`telling.py`, domain
`sentences`). `tools/translations.py` keeps the catalogues.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from gettext import c2py
from pathlib import Path

from babel import negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from flask import Blueprint, Flask, Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale

from forms_app.errors import NotFoundError
from forms_app.web.responses import own_address

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Their codes, and what they are called in themselves."""

SOURCE = "en"
"""What the pages are written in: it needs no catalogue."""

FOLDER = Path(__file__).resolve().parent / "translations"
SESSION_KEY = "language"
KEPT_SECONDS = 365 * 24 * 3600
PLURALS_TOLD = 200
"""Which plural a number takes is told for 0 to 199; rules of larger ones look at n % 100 alone."""

blueprint = Blueprint("language", __name__, url_prefix="/language")


def install(flask_app: Flask) -> None:
    """Let every page speak the language of its reader."""
    Babel(
        flask_app,
        default_locale=SOURCE,
        default_translation_directories=str(FOLDER),
        locale_selector=asked_language,
    )
    flask_app.context_processor(_of_the_page)


def asked_language() -> str:
    """The code of the language of this request."""
    chosen = session.get(SESSION_KEY)
    if chosen in LANGUAGES:
        return str(chosen)
    asked = [value for value, _ in request.accept_languages]
    return negotiate_locale(asked, LANGUAGES, sep="-") or SOURCE


def current_language() -> str:
    """The code of the language that is spoken now; outside of a request the source's."""
    locale = get_locale()
    return SOURCE if locale is None else locale.language


def catalogue(language: str, domain: str) -> Catalog:
    """What was translated into `language`, read from what the package carries."""
    with (FOLDER / language / "LC_MESSAGES" / f"{domain}.mo").open("rb") as stream:
        return read_mo(stream)


@blueprint.post("/")
def choose() -> ResponseReturnValue:
    """Speak another language from now on, and go back to where the person was."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise NotFoundError("Fieldhand does not speak this language.")
    session[SESSION_KEY] = chosen
    session.permanent = True
    return redirect(own_address(request.form.get("next", "")), 303)


@blueprint.get("/<language>-<stamp>.js")
def scripts(language: str, stamp: str) -> ResponseReturnValue:
    """The words of the scripts in `language`; the stamp changes with them."""
    if language not in LANGUAGES or language == SOURCE:
        raise NotFoundError("Fieldhand does not speak this language.")
    answer = Response(_script_of(language), mimetype="text/javascript")
    answer.cache_control.max_age = KEPT_SECONDS
    answer.cache_control.immutable = True
    return answer


def _of_the_page() -> dict[str, object]:
    """What `base.html` says about its language."""
    language = current_language()
    address = None
    if language != SOURCE:
        stamp = hashlib.sha256(_script_of(language).encode()).hexdigest()[:16]
        address = url_for("language.scripts", language=language, stamp=stamp)
    return {"language": language, "languages": LANGUAGES, "script_words": address}


@lru_cache
def _script_of(language: str) -> str:
    """Sets `fieldhandWords`: translations by their English, a list of them where it counts."""
    found = catalogue(language, "scripts")
    plural_of = c2py(found.plural_expr)
    words = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in found
        if message.id
    }
    said = {"words": words, "plurals": [plural_of(n) for n in range(PLURALS_TOLD)]}
    return f"globalThis.fieldhandWords = {json.dumps(said, ensure_ascii=False)};\n"
