"""How long what is kept, what would go, and what has gone."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Sent, described, word
from forms_app.services.dto.retention import Deleted
from forms_app.services.retention import KINDS, MOST_DAYS

SCANS = "Uploaded files, from the last thing that happened in their batch."
CROPS = "Pages as they lie on the template, and with them all pictures of fields; likewise."
VALUES = "Readings, decisions and notes; likewise."
EXPORTS = "Files for download, from when each was made."
UNFINISHED = "Batches on which people have stopped working count like finished ones."


def _days(what: str) -> fields.Integer:
    """As it is sent."""
    kept: dict[str, Any] = described(f"{what} null: for ever.")
    return fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, MOST_DAYS),
        **kept,
    )


class SentRetention(Sent):
    """For how long what is to be kept; what is not sent is kept for ever."""

    scans_days = _days(SCANS)
    crops_days = _days(CROPS)
    values_days = _days(VALUES)
    exports_days = _days(EXPORTS)
    takes_unfinished = fields.Boolean(load_default=False, **described(UNFINISHED))


class Retention(Given):
    """For how many days what is kept; null: for ever."""

    scans_days = fields.Integer(allow_none=True, **described(SCANS))
    crops_days = fields.Integer(allow_none=True, **described(CROPS))
    values_days = fields.Integer(allow_none=True, **described(VALUES))
    exports_days = fields.Integer(allow_none=True, **described(EXPORTS))
    takes_unfinished = fields.Boolean(**described(UNFINISHED))


class DueCount(Given):
    """How much of one kind is due."""

    what = word(*KINDS)
    count = fields.Integer(**described("Files, pages, forms or exports."))
    batches = fields.Integer(**described("In so many batches; 0 for exports."))


class DueCounts(Given):
    """What would be deleted now, of each kind that is not kept for ever."""

    items = fields.List(fields.Nested(DueCount))


class PastDeletion(Given):
    """What was deleted of a batch, or of exports of the project."""

    what = word(*Deleted)
    batch_id = fields.Integer(allow_none=True)
    submission_id = fields.Integer(allow_none=True, **described("The form that was erased."))
    count = fields.Integer()
    finished_at = fields.DateTime()


class PastDeletions(Given):
    """The last 50, the newest first."""

    items = fields.List(fields.Nested(PastDeletion))
