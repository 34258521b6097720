"""Where the work at hand comes from: audit events say so, whichever service writes them down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Which part of Fieldhand was asked."""

    WEB = "web"
    API = "api"
    WORKER = "worker"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is the asking machine's, where the settings say that it is to be kept."""

    source: Source | None = None
    address: str | None = None


UNKNOWN = Origin()
_origin: ContextVar[Origin] = ContextVar("fieldhand_origin", default=UNKNOWN)


def current_origin() -> Origin:
    """Of what this thread does just now; empty where nobody has said."""
    return _origin.get()


def comes_from(origin: Origin) -> None:
    """From now on this thread works for `origin`."""
    _origin.set(origin)


@contextmanager
def working_for(source: Source) -> Iterator[None]:
    """Within the block this thread works for `source`."""
    token = _origin.set(Origin(source))
    try:
        yield
    finally:
        _origin.reset(token)
