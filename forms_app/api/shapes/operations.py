"""Whether Fieldhand works, and what waits."""

from __future__ import annotations

from marshmallow import fields

from forms_app.api.shapes.base import Given, described


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


class Overview(Given):
    """What operators look at."""

    parts = fields.List(fields.Nested(Part))
    stages = fields.List(fields.Nested(Stage))
    pace = fields.Nested(Pace)
