"""Deleting stored files that nothing refers to any more."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from forms_app.errors import TransientError
from forms_app.services.application import Application
from forms_app.store.blobs import still_referenced
from forms_app.store.locks import lock_blobs

log = structlog.get_logger(__name__)

# The embedded database is locked meanwhile.
AT_ONCE = 50


def delete_unreferenced(app: Application, keys: Collection[str]) -> None:
    """Delete those of `keys` that no row needs; call it after the rows' deletion is committed."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), AT_ONCE):
        group = ordered[start : start + AT_ONCE]
        with app.session() as session:
            lock_blobs(session, group)
            _delete(app, set(group) - still_referenced(session, group))


def _delete(app: Application, keys: set[str]) -> None:
    try:
        for key in keys:
            app.files.delete(key)
    except TransientError as error:
        # The rows are gone, which is what was asked for; the bytes are only space.
        log.warning("stored files not deleted", count=len(keys), code=error.code)
