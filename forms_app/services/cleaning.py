"""Deleting stored files that nothing refers to any more."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from forms_app.errors import TransientError
from forms_app.services.application import Application
from forms_app.store.blobs import still_referenced

log = structlog.get_logger(__name__)

# Databases limit the parameters of one query.
AT_ONCE = 500


def delete_unreferenced(app: Application, keys: Collection[str]) -> None:
    """Delete those of `keys` that no row needs; call it after the rows' deletion is committed.

    An upload of the same content at the very same moment may lose its bytes here; splitting then
    fails that file and says to upload it again.
    """
    ordered = sorted(keys)
    for start in range(0, len(ordered), AT_ONCE):
        group = ordered[start : start + AT_ONCE]
        with app.session() as session:
            kept = still_referenced(session, group)
        _delete(app, set(group) - kept)


def _delete(app: Application, keys: set[str]) -> None:
    try:
        for key in keys:
            app.files.delete(key)
    except TransientError as error:
        # The rows are gone, which is what was asked for; the bytes are only space.
        log.warning("stored files not deleted", count=len(keys), code=error.code)
