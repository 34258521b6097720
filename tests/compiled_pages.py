"""Templates and addresses of the pages are compiled once per process, for whichever application
shows them: most tests make one of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from forms_app.services.application import Application
from forms_app.web import create_app


class _Kept(BytecodeCache):
    """Jinja itself compares the source, so that a changed file is compiled anew."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_kept = _Kept()


def compiled_once(app: Application) -> Flask:
    """As `create_app`."""
    flask_app = create_app(app)
    flask_app.jinja_env.bytecode_cache = _kept
    return flask_app


@contextmanager
def addresses_compiled_once() -> Iterator[None]:
    """What builds the address of a route depends on nothing but its rule and its converters."""
    kept: dict[Any, Callable[..., tuple[str, str]]] = {}
    compiled = Rule._compile_builder

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        converters = tuple((name, type(kind)) for name, kind in rule._converters.items())
        key = (tuple(rule._trace), append_unknown, repr(rule.defaults), converters)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_builder)
        yield
