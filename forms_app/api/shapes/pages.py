"""Scanned pages and the page queue."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from forms_app.api.shapes.base import LARGEST_ID, Given, Query, Sent, described, row_id, word


class LooseField(Given):
    """A field that does not lie where it should."""

    label = fields.String()
    residual_px = fields.Float(allow_none=True)


class Page(Given):
    """A page of a file: where it lies, where it belongs, and what it waits for."""

    page_id = fields.Integer()
    file_id = fields.Integer()
    file_name = fields.String()
    number = fields.Integer(**described("Within its file."))
    state = word("pending", "aligned", "read", "failed", "held", "dropped")
    reason = fields.String(**described("A stable word for what it waits for, else its state."))
    message = fields.String()
    version_id = fields.Integer(allow_none=True)
    template_page = fields.Integer(
        allow_none=True, **described("The template's page that it is laid onto.")
    )
    submission_id = fields.Integer(allow_none=True)
    barcode = fields.String(allow_none=True)
    is_laid = fields.Boolean()
    residual_px = fields.Float(
        allow_none=True,
        **described("How far off its print lies, in pixels of the template; null: not laid."),
    )
    quarter_turns = fields.Integer(allow_none=True, **described("By which it was turned upright."))
    loose_fields = fields.List(fields.Nested(LooseField))
    seen = fields.String(**described("Give it back with what you do, so that it is done to this."))


class MissingPage(Given):
    """A place of a form where no page is."""

    submission_id = fields.Integer()
    file_name = fields.String()
    template_page = fields.Integer()


class QueueStretch(Query):
    """Where the lists of the page queue go on."""

    after_page = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_ID))
    after_form = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_ID))


class PageQueue(Given):
    """What of a batch waits for a person because of its pages; 200 of each kind at a time."""

    waiting = fields.Integer()
    pages = fields.List(fields.Nested(Page))
    missing = fields.List(fields.Nested(MissingPage))
    dropped = fields.List(fields.Nested(Page))
    after_page = fields.Integer(
        allow_none=True, **described("More pages follow after this one; null: no more.")
    )
    after_form = fields.Integer(allow_none=True, **described("Likewise of missing pages."))


class Seen(Sent):
    """The page as it was seen; null: as it is now."""

    seen = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))


class Assignment(Seen):
    """The form that a page goes to; null: a new one."""

    submission_id = row_id(load_default=None, allow_none=True)


class Placement(Seen):
    """Where a page lies on a template's page."""

    version_id = row_id(required=True)
    template_page = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10_000))
    points = fields.List(
        fields.List(fields.Float(allow_nan=False), validate=validate.Length(equal=4)),
        required=True,
        validate=validate.Length(4, 40),
        **described("Each `[x, y, x_px, y_px]`: shares of the scan, pixels of the template."),
    )
    is_confirmed = fields.Boolean(
        load_default=False, **described("Somebody has looked at it and takes it as it is.")
    )
    submission_id = row_id(load_default=None, allow_none=True)
    in_new_form = fields.Boolean(load_default=False)


class Rescan(Sent):
    """A form with a new scan of one page."""

    file = Upload(required=True)
