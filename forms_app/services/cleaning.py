"""Deleting stored files that nothing refers to any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import structlog

from forms_app.errors import TransientError
from forms_app.services.application import Application
from forms_app.store.base import utc_now
from forms_app.store.blobs import doomed_before, spare, still_referenced
from forms_app.store.locks import lock_blobs

log = structlog.get_logger(__name__)

# The embedded database is locked meanwhile.
AT_ONCE = 50
SWEPT_AT_ONCE = 1000


def delete_unreferenced(app: Application, keys: Collection[str]) -> None:
    """Delete those of `keys` that no row needs; call it after the rows' deletion is committed.

    Where the file store does not answer, doomed files are left to the sweeper.
    """
    ordered = sorted(keys)
    try:
        for start in range(0, len(ordered), AT_ONCE):
            _delete(app, ordered[start : start + AT_ONCE])
    except TransientError as error:
        log.warning("stored files not deleted yet", count=len(ordered), code=error.code)


def delete_left_over(app: Application) -> None:
    """Delete what was doomed a while ago and is still there: whoever was to do it has died."""
    with app.session() as session:
        moment = utc_now() - timedelta(seconds=app.settings.sweep_seconds)
        keys = doomed_before(session, moment, SWEPT_AT_ONCE)
    delete_unreferenced(app, keys)


def _delete(app: Application, keys: Collection[str]) -> None:
    with app.session() as session:
        lock_blobs(session, keys)
        for key in set(keys) - still_referenced(session, keys):
            app.files.delete(key)
        spare(session, keys)
