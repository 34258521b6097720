"""The sentences that Python makes for people, found where the code says them.

They are not marked: every string with a space in it, in a module whose strings reach a page,
counts, unless it is a docstring, goes to the log, or is plainly no sentence (a pattern, a policy).
Values in an f-string become `{0}`, `{1}` …, in their order; so `web/telling.py` finds the sentence
again when it is shown. Single words count in module constants whose names end as `WORD_TABLES`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "forms_app"
ROOMS = ("errors.py", "files.py", "reading", "sandbox/opener.py", "services", "templating", "web")
# What these say is for the log, for whoever trains or installs, or no words at all.
SILENT = frozenset(
    {
        "reading/author_patterns.py",
        "reading/calibration.py",
        "reading/character_doubts.py",
        "reading/classifier.py",
        "reading/cropping.py",
        "reading/decoding.py",
        "reading/engines.py",
        "reading/features.py",
        "reading/geometry.py",
        "reading/glyphs.py",
        "reading/keras_engine.py",
        "reading/model_card.py",
        "reading/sample_ink.py",
        "reading/word_habits.py",
        "services/backing_up.py",
        "services/backup_folders.py",
        "services/health.py",
        "services/pdf_images.py",
        "services/pdf_objects.py",
        "services/pdf_text.py",
        "services/pdf_writing.py",
        "services/reading_desk.py",
        "services/reading_hands.py",
        "services/restoring.py",
        "services/template_views.py",
        "templating/examples.py",
        "templating/label_kinds.py",
        "web/figure_cells.py",
        "web/formatting.py",
        "web/hosts.py",
        "web/responses.py",
        "web/telling.py",
        "web/tus.py",
    }
)
# Their tables are words that people write, not words for people.
READ_WORDS = frozenset({"reading/constraints.py", "templating/value_tables.py"})
WORD_TABLES = ("WORDS", "TITLES", "CHARACTER_SETS")
NO_SENTENCE = (
    "\\",
    "<",
    "'self'",
    "'none'",
    "charset=",
    "pip install",
    "SELECT ",
    "camera=",
    "%Y",
    "no-cache",
    "globalThis",
)


def sentences() -> Iterator[tuple[str, str]]:
    """(module, sentence) of every sentence, in the order of the files."""
    for path in _modules():
        module = path.relative_to(PACKAGE).as_posix()
        if module in SILENT:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for text in _of_module(tree, with_words=module not in READ_WORDS):
            yield f"forms_app/{module}", text


def _modules() -> Iterator[Path]:
    for room in ROOMS:
        place = PACKAGE / room
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _of_module(tree: ast.Module, with_words: bool) -> Iterator[str]:
    skipped = {id(part) for node in ast.walk(tree) for part in _not_shown(node)}
    words = {id(part) for node in tree.body if _is_table(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        text = None if id(node) in skipped else _text_of(node)
        is_word = with_words and id(node) in words
        if text and (_is_sentence(text) or (is_word and _is_word(text))):
            yield text


def _not_shown(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, what goes to the log, and the parts of f-strings, which are found whole."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.Call) and _is_logging(node.func):
        yield from ast.walk(node)
    elif isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.FormattedValue) and node.format_spec:
        yield node.format_spec
    elif isinstance(node, ast.Dict):
        yield from (key for key in node.keys if key is not None)


def _is_logging(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in ("logger", "log")
    )


def _is_table(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(t, ast.Name) and t.id.endswith(WORD_TABLES) for t in targets)


def _text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    text, places = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text += f"{{{places}}}"
            places += 1
    return text


def _is_sentence(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return letters > 1 and " " in text.strip() and not any(part in text for part in NO_SENTENCE)


def _is_word(text: str) -> bool:
    return text.isalpha() and len(text) > 1
