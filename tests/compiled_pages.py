"""Templates of the pages are compiled once per process, for whichever application shows them."""

from __future__ import annotations

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

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
