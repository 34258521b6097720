"""Exports."""

from __future__ import annotations

from marshmallow import fields

from forms_app.api.shapes.base import Given, Sent, described, list_of, word

FORMATS = ("csv", "xlsx", "json", "jsonl")


class NewExport(Sent):
    """An export to be built."""

    format = word(*FORMATS, required=True)


class Export(Given):
    """A batch's data as a file."""

    id = fields.Integer()
    batch_id = fields.Integer()
    format = fields.String()
    state = word("pending", "done", "failed")
    row_count = fields.Integer(allow_none=True)
    open_fields = fields.Integer(
        allow_none=True, **described("So many waited for a person when it was built.")
    )
    rule_breaks = fields.Integer(
        allow_none=True, **described("Forms that broke a rule over several fields.")
    )
    size = fields.Integer(allow_none=True, **described("Bytes."))
    error_message = fields.String(allow_none=True)
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


ExportList = list_of(Export, "ExportList")
