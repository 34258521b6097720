"""What was done by whom, and what brings files in."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import LARGEST_ID, Given, Query, Sent, described, list_of, word
from forms_app.services.dto.sources import SourceKind, SourceState


class EventQuery(Query):
    """Which events are wanted."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    after = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_ID))
    verb = fields.String(validate=validate.Length(1, 60))
    subject_type = fields.String(validate=validate.Length(1, 60))
    subject_id = fields.Integer(validate=validate.Range(0, LARGEST_ID))
    since = fields.AwareDateTime(**described("Included."))
    until = fields.AwareDateTime(**described("Not included."))


class Event(Given):
    """Something that was done or seen; ids, names and counts, never a field's value."""

    id = fields.Integer()
    at = fields.DateTime()
    user_id = fields.Integer(allow_none=True)
    user_name = fields.String(allow_none=True, **described("null: Fieldhand by itself."))
    project_id = fields.Integer(allow_none=True)
    verb = fields.String()
    subject_type = fields.String()
    subject_id = fields.Integer()
    detail = fields.Dict()
    source = fields.String(allow_none=True)
    request_id = fields.String(allow_none=True)


EventList = list_of(Event, "EventList")


class Source(Given):
    """A watched folder, a computer's `fieldhand submit`, or a token."""

    id = fields.Integer()
    kind = word(*SourceKind)
    name = fields.String()
    host = fields.String()
    state = word(*SourceState)
    backlog = fields.Integer(allow_none=True, **described("Files yet to be taken."))
    trouble = fields.String(**described("What hinders it."))
    files_taken = fields.Integer()
    last_file_name = fields.String(allow_none=True)
    last_file_at = fields.DateTime(allow_none=True)
    errors = fields.Integer()
    last_error = fields.String(allow_none=True)
    last_error_at = fields.DateTime(allow_none=True)
    last_seen_at = fields.DateTime()


class Sources(Given):
    """The sources of the project; first those that somebody has to look after."""

    items = fields.List(fields.Nested(Source))


class Reason(Sent):
    """Why a form is erased."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class Erasure(Given):
    """That a form was erased, and what of it."""

    id = fields.Integer()
    submission_id = fields.Integer()
    batch_id = fields.Integer()
    user_name = fields.String(**described("Who did it."))
    reason = fields.String()
    erased_at = fields.DateTime()
    certificate = fields.Dict(**described("Keep it: docs/privacy.md says how it is read."))


ErasureList = list_of(Erasure, "ErasureList")
