"""Figures of reading and review; docs/figures.md defines each."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import LARGEST_ID, Given, Query, described, word


class Extent(Query):
    """What is counted, and how it is divided."""

    by = word("day", "batch", "template", "field", "operator", load_default="template")
    batch_id = fields.Integer(validate=validate.Range(1, LARGEST_ID))
    template_id = fields.Integer(validate=validate.Range(1, LARGEST_ID))
    days = fields.Integer(
        validate=validate.Range(1, 3660), **described("Only those up to today (UTC).")
    )


class Share(Given):
    """`part` of `n`."""

    part = fields.Integer()
    n = fields.Integer()
    value = fields.Float(allow_none=True)
    interval = fields.List(fields.Float(), allow_none=True, **described("95 % Wilson interval."))


class Average(Given):
    """Of `n` answers."""

    n = fields.Integer()
    mean = fields.Float(allow_none=True)
    median = fields.Float(allow_none=True)


class Figures(Given):
    """Of one group, or of all."""

    automation = fields.Nested(Share)
    open_fields = fields.Integer()
    corrections = fields.Nested(Share)
    keyed = fields.Integer()
    accepted_errors = fields.Nested(Share)
    answers = fields.Integer()
    keystrokes = fields.Nested(Average)
    seconds = fields.Nested(Average)
    pauses = fields.Integer()
    second_key = fields.Nested(Share)
    missed = fields.Nested(Share)
    fields_per_hour = fields.Float(allow_none=True)


class FigureLine(Given):
    """One day, batch, template, field or operator."""

    key = fields.List(fields.Raw(metadata={"type": ["string", "integer"]}))
    name = fields.String()
    of = fields.String(**described("The template of a field."))
    figures = fields.Nested(Figures)


class FigureReport(Given):
    """All figures of an extent."""

    by = fields.String()
    total = fields.Nested(Figures)
    lines = fields.List(fields.Nested(FigureLine))
