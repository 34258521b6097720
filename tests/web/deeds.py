"""Which deeds the audit trail can tell of, to what: read from the code that writes them down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import forms_app
from forms_app.services.dto.operations import Subject
from forms_app.store.states import NoteKind
from forms_app.web.seeing import GIVES, SHOWS

WRITERS = {"record_event": 1, "audit_log.record": 1, "record": 1}
"""What writes events down, and which of its arguments is the verb; the thing comes after it."""
ENUMERATED = {"kind", "subject"}
"""Names of arguments that are one of an enumeration's words."""


def deeds_and_things() -> tuple[set[str], set[str]]:
    """Every verb that some line of the code writes down, and every kind of thing."""
    deeds, things = set(), set()
    for path in Path(forms_app.__file__).parent.rglob("*.py"):
        text = path.read_text()
        if "record_event" not in text and "audit_log import" not in text:
            continue
        module = ast.parse(text)
        for verb, rest in _written(module):
            if verb is not None:
                said = _words(verb, module, NoteKind)
                assert said, f"{path.name}:{verb.lineno} writes down a deed that is not found here"
                deeds |= said
            things |= _words(rest[0], module, Subject) if rest else set()
    return deeds, things | {kind for kind, _ in (SHOWS | GIVES).values()}


def _written(module: ast.Module) -> Iterator[tuple[ast.expr | None, list[ast.expr]]]:
    """The arguments of all calls from the verb on, which is None where they hand on their own."""
    writers, handed_on = dict(WRITERS), set()
    for node in ast.walk(module):
        names = [each.arg for each in node.args.args] if isinstance(node, ast.FunctionDef) else []
        if isinstance(node, ast.FunctionDef) and "verb" in names:
            writers[node.name] = names.index("verb")
            handed_on |= set(ast.walk(node))
    for node in ast.walk(module):
        name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in writers and len(node.args) > writers[name]:
            verb, *rest = node.args[writers[name] :]
            yield (None if node in handed_on and ast.unparse(verb) == "verb" else verb), rest


def _words(given: ast.expr, module: ast.Module, enumeration: type[StrEnum]) -> set[str]:
    """What an argument can be: words as they stand there, or where its name is given a value."""
    values = [given]
    if isinstance(given, ast.Name):
        if given.id in ENUMERATED:
            return set(enumeration)
        values = [
            node.value
            for node in ast.walk(module)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == given.id
        ]
    branches = [
        branch
        for value in values
        for branch in ([value.body, value.orelse] if isinstance(value, ast.IfExp) else [value])
    ]
    return {
        each.value
        for each in branches
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
