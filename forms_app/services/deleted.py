"""What is said of pictures that retention has deleted."""

from __future__ import annotations

from datetime import datetime

from forms_app.errors import DeletedError


def refuse_deleted(deleted_at: datetime | None) -> None:
    """Nothing, if it was not deleted.

    Raises:
        DeletedError: It was; the message says when.
    """
    if deleted_at is not None:
        raise DeletedError(f"Deleted by retention on {deleted_at:%Y-%m-%d}.")
