"""Keeps the catalogues of translations: `python -m tools.translations` (or `make translations`).

Extracts what is said in page templates (domain `messages`), in scripts (`scripts`) and by Python
(`sentences`), brings the catalogue of every language up to date and compiles it. What is then said
without a translation is named; write it into the `.po` file and run the command again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from forms_app.web.language import FOLDER, LANGUAGES, SOURCE
from tools.sentences import ROOT, sentences

DOMAINS = ("messages", "scripts", "sentences")
PAGE_KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "n_": (1, 2)}
SCRIPT_KEYWORDS: dict[str, Any] = {"t": None, "tn": (1, 2)}
INSIDE_TEMPLATES = {"parse_template_string": "true"}
SCRIPTS = ROOT / "forms_app" / "web" / "static" / "js"
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
# The text of a template literal cannot be translated: its values are in it already.
LOOSE_TEMPLATE = re.compile(r"\btn?\(\s*`")

Said = Iterator[tuple[str, str | tuple[str, ...]]]


def update() -> None:
    """Extract, merge into every language's catalogue, compile."""
    for domain in DOMAINS:
        template = extracted(domain)
        for language in _translated_languages():
            catalog = _read(language, domain)
            catalog.update(template, no_fuzzy_matching=True)
            catalog.obsolete.clear()
            path = po_file(language, domain)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_po_bytes(catalog))
            path.with_suffix(".mo").write_bytes(_mo_bytes(catalog))


def faults() -> Iterator[str]:
    """What is not as it must be, one line each."""
    for domain in DOMAINS:
        said = {message.id for message in extracted(domain) if message.id}
        for language in _translated_languages():
            catalog = _read(language, domain)
            where = f"{language}/{domain}"
            known = {message.id for message in catalog if message.id}
            yield from (f"{where}: not extracted yet: {text!r}" for text in said - known)
            yield from (f"{where}: said no more: {text!r}" for text in known - said)
            for message in catalog:
                yield from (f"{where}: {fault}: {message.id!r}" for fault in _faults_of(message))
            compiled = po_file(language, domain).with_suffix(".mo")
            if not compiled.exists() or compiled.read_bytes() != _mo_bytes(catalog):
                yield f"{where}: the .mo file is not what the .po file says"


def extracted(domain: str) -> Catalog:
    """What is said in `domain`, without translations."""
    catalog = Catalog(charset="utf-8")
    for place, text in _SAID[domain]():
        catalog.add(text, locations=[(place, 0)])
    return catalog


def po_file(language: str, domain: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def main() -> int:
    update()
    found = list(faults())
    print("\n".join(found), file=sys.stderr)
    return min(1, len(found))


def _translated_languages() -> list[str]:
    return [language for language in LANGUAGES if language != SOURCE]


def _said_on_pages() -> Said:
    pages = ROOT / "templates"
    options = {"trimmed": "true", "newstyle_gettext": "true"}
    yield from _said("jinja2.ext:babel_extract", pages.rglob("*.html"), PAGE_KEYWORDS, options)
    writing = [ROOT / "forms_app" / "web" / name for name in ("formatting.py", "figure_cells.py")]
    yield from _said("python", writing, PAGE_KEYWORDS, {})


def _said_in_scripts() -> Said:
    for path in SCRIPTS.rglob("*.js"):
        if loose := LOOSE_TEMPLATE.search(path.read_text(encoding="utf-8")):
            raise ValueError(f"{path}: {loose[0]} with a template literal; name its values instead")
    yield from _said("javascript", SCRIPTS.rglob("*.js"), SCRIPT_KEYWORDS, INSIDE_TEMPLATES)


def _said(
    method: str, paths: Iterable[Path], keywords: dict[str, Any], options: dict[str, Any]
) -> Said:
    for path in sorted(paths):
        place = path.relative_to(ROOT).as_posix()
        for _, text, _, _ in extract_from_file(method, path, keywords, options=options):
            yield place, text


_SAID = {
    "messages": _said_on_pages,
    "scripts": _said_in_scripts,
    "sentences": lambda: iter(sentences()),
}


def _faults_of(message: Message) -> Iterator[str]:
    if not message.id:
        return
    sources = (message.id,) if isinstance(message.id, str) else message.id
    told = (message.string,) if isinstance(message.string, str) else message.string
    if message.fuzzy:
        yield "fuzzy"
    if not all(told):
        yield "not translated"
        return
    places = set(PLACES.findall(" ".join(sources)))
    if any(set(PLACES.findall(text)) - places for text in told):
        yield "has places that the English has not"
    if isinstance(message.id, str) and set(PLACES.findall(str(message.string))) != places:
        yield "lacks places of the English"


def _read(language: str, domain: str) -> Catalog:
    path = po_file(language, domain)
    if not path.exists():
        return Catalog(locale=language, domain=domain, project="Fieldhand", charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=language, domain=domain)


def _po_bytes(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalog, width=100, sort_output=True, include_lineno=False, omit_header=False)
    return buffer.getvalue()


def _mo_bytes(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
