"""Form templates, their versions, and work around them."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from forms_app.api.shapes.base import LARGEST_ID, Given, Query, Sent, described, list_of, word
from forms_app.services.dry_run import MOST_PAGES, MOST_SYNTHETIC
from forms_app.templating.differences import Change


class NewTemplate(Query):
    """What a new template is called."""

    name = fields.String(required=True, validate=validate.Length(1, 200))


class BlankFile(Sent):
    """A form with the blank of a new template."""

    blank = Upload(required=True, **described("The empty form: its PDF, or a clean scan."))


class TemplateFiles(Sent):
    """A form with a template file."""

    files = fields.List(
        Upload(),
        required=True,
        validate=validate.Length(1, 300),
        **described("The ZIP that `exportVersion` gives, or a template file and its blanks."),
    )


class ImportTarget(Query):
    """Where an imported template file goes."""

    template_id = fields.Integer(
        validate=validate.Range(1, LARGEST_ID),
        **described("It becomes the next version of this template; else a template of its own."),
    )


class Template(Given):
    """A form template; its newest version, and the one that new batches get."""

    id = fields.Integer()
    name = fields.String()
    number = fields.Integer(**described("Of its newest version; so are `state` and `version_id`."))
    state = word("draft", "published")
    version_id = fields.Integer()
    draft_version_id = fields.Integer(allow_none=True)
    published_version_id = fields.Integer(
        allow_none=True, **described("Give this to `createBatch`.")
    )
    field_count = fields.Integer()
    page_count = fields.Integer()
    batches = fields.Integer()
    updated_at = fields.DateTime()


TemplateList = list_of(Template, "TemplateList")


class VersionLine(Given):
    """A version of a template, in short."""

    id = fields.Integer()
    number = fields.Integer()
    state = word("draft", "published")
    published_at = fields.DateTime(allow_none=True)
    batches = fields.Integer()


class TemplateDetail(Template):
    """A template with all its versions, the newest first."""

    versions = fields.List(fields.Nested(VersionLine))


class TemplatePage(Given):
    """A page of a version."""

    number = fields.Integer()
    width_px = fields.Integer()
    height_px = fields.Integer()
    source_name = fields.String(**described("The file that its blank came from."))


class Version(Given):
    """A version of a template."""

    id = fields.Integer()
    template_id = fields.Integer()
    name = fields.String()
    number = fields.Integer()
    state = word("draft", "published")
    revision = fields.Integer(**described("Counts the changes of a draft."))
    pages = fields.List(fields.Nested(TemplatePage))
    definition = fields.Dict(
        **described("The object of a template file without its images: docs/template-file.md.")
    )
    problems = fields.List(fields.String(), **described("What hinders publishing."))
    updated_at = fields.DateTime(allow_none=True)
    published_at = fields.DateTime(allow_none=True)


class ChangedDraft(Sent):
    """A draft as it is to be."""

    name = fields.String(load_default=None, validate=validate.Length(1, 200))
    fields_ = fields.List(
        fields.Dict(),
        required=True,
        data_key="fields",
        validate=validate.Length(max=5000),
        **described("As in a template file: docs/template-file.md."),
    )
    rules = fields.List(
        fields.Dict(), load_default=None, **described("Left as they are where this is not sent.")
    )
    code = fields.String(
        load_default=None, **described('What codes on the pages hold; "" for nothing.')
    )


class Finding(Given):
    """Something to change in a template."""

    severity = word("must", "should", "note")
    code = fields.String()
    message = fields.String()
    advice = fields.String()
    field = fields.String(allow_none=True)
    page = fields.Integer(allow_none=True)


class Findings(Given):
    """What a check says, the most severe first."""

    findings = fields.List(fields.Nested(Finding))


class Against(Query):
    """With which version to compare."""

    against = fields.Integer(required=True, validate=validate.Range(1, LARGEST_ID))


class FieldDifference(Given):
    """What changed of one field."""

    name = fields.String()
    label = fields.String()
    change = word(*Change)
    details = fields.List(fields.String())


class Comparison(Given):
    """What changed from one version of a template to a later one."""

    old_id = fields.Integer(attribute="old.id")
    new_id = fields.Integer(attribute="new.id")
    fields_ = fields.List(
        fields.Nested(FieldDifference), attribute="differences.fields", data_key="fields"
    )
    rules = fields.List(fields.String(), attribute="differences.rules")
    order_changed = fields.Boolean(attribute="differences.order_changed")
    pages = fields.List(fields.String(), **described("Of blanks."))


class FilledForms(Sent):
    """A form with scans or photographs to try a version on."""

    files = fields.List(Upload(), load_default=list, validate=validate.Length(max=MOST_PAGES))


class MadeUp(Query):
    """What is read where no files are sent."""

    synthetic = fields.Integer(
        load_default=0,
        validate=validate.Range(0, MOST_SYNTHETIC),
        **described("So many forms, filled by machine."),
    )


class DetectionPages(Sent):
    """Pages to look for fields on."""

    pages = fields.List(
        fields.Integer(strict=True), required=True, validate=validate.Length(1, 200)
    )


class Job(Given):
    """Work around a template that a worker does; kept for six hours."""

    id = fields.Integer()
    kind = word("registration", "dry_run", "blank", "detection")
    version_id = fields.Integer(allow_none=True)
    state = word("pending", "done", "failed")
    steps_done = fields.Integer()
    steps_total = fields.Integer()
    result = fields.Dict(allow_none=True, **described("Once it is done."))
    error_message = fields.String(allow_none=True)
