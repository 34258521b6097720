"""Exports, what they are to hold, and presets of that."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Sent, described, list_of, row_id, word
from forms_app.services.dto.export_choices import (
    DATE_FORMATS,
    DECIMAL_MARKS,
    ENCODINGS,
    SEPARATORS,
)
from forms_app.services.export_formats import FORMATS

FORMAT_WORDS = tuple(str(known) for known in FORMATS)


class Column(Sent):
    """A field that is to be a column."""

    field = fields.String(required=True, validate=validate.Length(1, 200))
    heading = fields.String(validate=validate.Length(max=255))


class Choice(Sent):
    """What an export is to hold; what is not sent is as it comes (docs/exports.md)."""

    columns = fields.List(fields.Nested(Column), **described("Fields in order; none: all."))
    labels = fields.Boolean(**described("Headings are what is printed beside the fields."))
    head = fields.Boolean(**described("Columns that say whose row it is."))
    outcomes = fields.Boolean()
    confidences = fields.Boolean()
    provenance = fields.Boolean(**described("Who or what decided each field, and when."))
    finished_only = fields.Boolean(**described("Leave out forms with open fields."))
    template_id = row_id(allow_none=True, **described("Forms of this template alone."))
    since = fields.Date(allow_none=True, **described("Forms that came from this day (UTC) on."))
    until = fields.Date(allow_none=True, **described("Forms that came up to this day."))
    dates = word(*DATE_FORMATS)
    decimal_mark = word(*DECIMAL_MARKS)
    separator = word(*SEPARATORS)
    encoding = word(*ENCODINGS)
    typed = fields.Boolean(**described("Numbers, dates and truth values of Excel."))
    hide_sensitive = fields.Boolean(
        **described("Leave out the fields that templates call sensitive.")
    )
    file_each = fields.Boolean(**described("A PDF of each form, in a ZIP."))


class NewExport(Sent):
    """An export to be built."""

    format = word(
        *FORMAT_WORDS, load_default=None, allow_none=True, **described("Needed without a preset.")
    )
    choice = fields.Nested(Choice, load_default=dict)
    preset_id = row_id(
        load_default=None, allow_none=True, **described("Instead of `format` and `choice`.")
    )


class NewTemplateExport(NewExport):
    """An export of several batches."""

    batch_ids = fields.List(
        row_id(),
        load_default=list,
        validate=validate.Length(max=1000),
        **described("None: all batches of the template."),
    )


class Export(Given):
    """Data as a file."""

    id = fields.Integer()
    batch_id = fields.Integer(allow_none=True, **described("null: of several batches."))
    template_id = fields.Integer(allow_none=True)
    format = word(*FORMAT_WORDS)
    choice = fields.Function(
        lambda export: export.choice.to_json(),
        metadata={"type": "object", "description": "What was chosen; without what is as it comes."},
    )
    state = word("pending", "done", "failed")
    row_count = fields.Integer(allow_none=True)
    open_fields = fields.Integer(
        allow_none=True, **described("So many waited for a person when it was built.")
    )
    rule_breaks = fields.Integer(
        allow_none=True, **described("Forms that broke a rule over several fields.")
    )
    rows_so_far = fields.Integer()
    rows_expected = fields.Integer(allow_none=True)
    size = fields.Integer(allow_none=True, **described("Bytes."))
    error_message = fields.String(allow_none=True)
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


ExportList = list_of(Export, "ExportList")


class PreviewTable(Given):
    """The first rows of a table, as text."""

    name = fields.String()
    headings = fields.List(fields.String())
    rows = fields.List(fields.List(fields.String()))


class ExportPreview(Given):
    """What an export would begin with."""

    forms = fields.Integer(**described("So many would be in it."))
    tables = fields.List(fields.Nested(PreviewTable), **described("None for JSON and pictures."))
    json = fields.String(**described("The first form as JSON, else empty."))


class SentPreset(Sent):
    """A choice that is to be kept."""

    format = word(*FORMAT_WORDS, required=True)
    choice = fields.Nested(Choice, load_default=dict)


class NewPreset(SentPreset):
    """A choice that is to be kept under a name."""

    name = fields.String(required=True, validate=validate.Length(1, 60))


class Default(Sent):
    """Whether exports of the template begin with a preset."""

    is_default = fields.Boolean(required=True)


class Preset(Given):
    """A choice that is kept under a name; exports of the template begin with the default."""

    id = fields.Integer()
    template_id = fields.Integer()
    name = fields.String()
    format = word(*FORMAT_WORDS)
    choice = fields.Function(
        lambda preset: preset.choice.to_json(),
        metadata={"type": "object", "description": "Without what is as it comes."},
    )
    is_default = fields.Boolean()


class Presets(Given):
    """The presets of a template, by name."""

    items = fields.List(fields.Nested(Preset))
