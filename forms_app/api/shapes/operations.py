"""Whether Fieldhand works, and what waits."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Sent, described, row_id, word
from forms_app.services.dto.operations import Stage as StageName
from forms_app.services.dto.operations import Subject
from forms_app.services.operations_actions import MOST_REASON


class Health(Given):
    """Which of the parts that Fieldhand stands on answer."""

    database = fields.Boolean()
    files = fields.Boolean()
    broker = fields.Boolean()
    is_well = fields.Boolean(**described("All of them do."))


class Part(Given):
    """One thing that Fieldhand stands on."""

    name = fields.String()
    trouble = fields.String(**described("What is wrong and what to do; empty where nothing is."))


class StageNumbers(Given):
    """What is in a stage; each counts up to 10,001."""

    waiting = fields.Integer()
    in_work = fields.Integer()


class Stage(Given):
    """A stage of work in numbers."""

    stage = fields.String()
    numbers = fields.Nested(StageNumbers)
    failed = fields.Integer()
    stuck = fields.Integer(**described("Will not go on without the sweeper or a person."))


class Pace(Given):
    """Pages read lately."""

    last_minutes = fields.Integer()
    last_hour = fields.Integer()
    pages_left = fields.Integer()
    left_s = fields.Float(allow_none=True, **described("How long the rest takes, as a guess."))


class FailureGroup(Given):
    """What has failed for one reason."""

    subject = word(*Subject)
    code = fields.String()
    number = fields.Integer(**described("Up to 10,001."))
    can_retry = fields.Boolean(**described("Another try may end otherwise."))


class Overview(Given):
    """What operators look at, of all projects."""

    parts = fields.List(fields.Nested(Part))
    stages = fields.List(fields.Nested(Stage))
    failures = fields.List(fields.Nested(FailureGroup))
    pace = fields.Nested(Pace)


class StuckStage(Sent):
    """Which stage is to be gone on with."""

    stage = word(*StageName, required=True)


class Requeued(Given):
    """How much was sent again, up to 2,000."""

    number = fields.Integer()


class StuckWork(Sent):
    """What is to be ended, and why."""

    subject = word(*Subject, required=True)
    id = row_id(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=MOST_REASON))


class FailedWork(Sent):
    """What is to be tried again."""

    subject = word("file", "page", required=True)
    code = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 60),
        **described("The reason, as `error_code` says it; null: all."),
    )


class Retried(Given):
    """What became of it."""

    number = fields.Integer(**described("So many are tried again."))
    refused = fields.Integer(**described("So many cannot be."))
    has_more = fields.Boolean(**described("There are more; ask once more."))
