"""Addresses of the pages are compiled once per process: most tests make an application of their
own, and compiling is nearly all that this takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.routing import Rule


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
