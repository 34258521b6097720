"""Review as the work of several people."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import LARGEST_ID, Given, Query, Sent, described, row_id, word
from forms_app.services.dto.review_notes import NoteKind
from forms_app.services.quality_samples import MOST_ASKED_FOR
from forms_app.services.review_notes import MOST_TEXT


class TeamQuery(Query):
    """Of what the team is wanted."""

    batch_id = fields.Integer(validate=validate.Range(1, LARGEST_ID))


class Work(Given):
    """Fields that somebody has on screen or in advance."""

    batch_id = fields.Integer()
    batch_name = fields.String()
    mode = fields.String()
    fields_ = fields.Integer(attribute="fields", data_key="fields")
    since = fields.DateTime()


class Member(Given):
    """One person: what they have now, and what they did today."""

    user_id = fields.Integer()
    name = fields.String()
    works = fields.List(fields.Nested(Work))
    last_at = fields.DateTime(allow_none=True)
    today = fields.Integer(**described("Fields that they decided."))
    an_hour = fields.Integer(allow_none=True, **described("Their pace, in fields."))


class Note(Given):
    """What somebody asks about a field, or (`field_name` null) a whole form."""

    id = fields.Integer()
    kind = word(*NoteKind)
    batch_id = fields.Integer()
    submission_id = fields.Integer()
    field_name = fields.String(allow_none=True)
    text = fields.String(**described("Hidden from who may not see sensitive fields."))
    user_name = fields.String()
    created_at = fields.DateTime()
    answer = fields.String(allow_none=True)
    resolved_at = fields.DateTime(allow_none=True)


class SentBack(Note):
    """A form of which fields wait because a supervisor sent them back."""

    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")


class Team(Given):
    """Who does what, and what waits for the supervisor."""

    members = fields.List(fields.Nested(Member))
    notes = fields.List(fields.Nested(Note), **described("Open ones that people left."))
    sent_back = fields.List(fields.Nested(SentBack))
    waiting = fields.Integer(**described("Fields that are to be looked at."))
    with_people = fields.Integer(**described("Of these somebody has now."))
    kept_for = fields.String(**described("Whom the batch is kept for; empty: for nobody."))


class TakenAway(Sent):
    """Whose fields go back to the queue."""

    user_id = row_id(required=True)
    batch_id = row_id(load_default=None, allow_none=True, **described("null: in all batches."))


class FieldCount(Given):
    """How many fields that were."""

    fields_ = fields.Integer(attribute="fields", data_key="fields")


class Reservation(Sent):
    """Whom a batch is kept for."""

    user_id = row_id(required=True, allow_none=True, **described("null: for nobody."))


class Answer(Sent):
    """What is answered to a note."""

    answer = fields.String(load_default="", validate=validate.Length(max=MOST_TEXT))


class SentBackForm(Sent):
    """What is sent back of a form, and why."""

    text = fields.String(
        required=True,
        validate=validate.Length(1, MOST_TEXT),
        **described("What whoever gets the fields should look at."),
    )
    fields_ = fields.List(
        fields.String(validate=validate.Length(1, 200)),
        load_default=list,
        data_key="fields",
        validate=validate.Length(max=5000),
        **described("Their names; none: all that people have decided."),
    )


class SampleSize(Sent):
    """How large a sample is to be."""

    size = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, MOST_ASKED_FOR),
        **described("null: as many as are suggested."),
    )


class Sample(Given):
    """The sample of a batch, and what it says; `low` and `high` bound the share of wrong fields."""

    accepted = fields.Integer(**described("Fields that nobody looks at otherwise."))
    drawn = fields.Integer()
    checked = fields.Integer()
    wrong = fields.Integer()
    low = fields.Float()
    high = fields.Float()
    suggested = fields.Integer()
