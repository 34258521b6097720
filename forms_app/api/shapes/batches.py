"""Batches and their files."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Sent, described, list_of, row_id, word


class NewBatch(Sent):
    """A batch to be made."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    version_ids = fields.List(
        row_id(),
        load_default=list,
        validate=validate.Length(max=100),
        **described("Published versions of form templates that its pages are filled copies of."),
    )
    takes_any = fields.Boolean(
        load_default=False, **described("Pages of every published template are read.")
    )


class AddedTemplates(Sent):
    """Templates that a batch is to hold from now on."""

    version_ids = fields.List(row_id(), required=True, validate=validate.Length(1, 100))


class Batch(Given):
    """A batch in numbers."""

    id = fields.Integer()
    name = fields.String()
    state = word("empty", "reading", "needs_review", "done")
    templates = fields.List(fields.String(), **described("Each as `Clinic intake v2`."))
    template_id = fields.Integer(**described("Of its first template; so is `version_id`."))
    version_id = fields.Integer()
    takes_any = fields.Boolean()
    created_at = fields.DateTime()
    files = fields.Integer()
    files_failed = fields.Integer()
    files_unopened = fields.Integer(**described("Nobody has counted the pages of these yet."))
    pages = fields.Integer()
    pages_read = fields.Integer()
    pages_failed = fields.Integer()
    pages_queued = fields.Integer(**described("Pages and missing pages in the page queue."))
    failures = fields.Integer(**described("What a person has to settle."))
    submissions = fields.Integer()
    submissions_done = fields.Integer()
    fields_read = fields.Integer(attribute="fields")
    auto_accepted = fields.Integer()
    needs_review = fields.Integer(**described("Fields that wait for a person."))
    reviewed = fields.Integer()
    eta_s = fields.Float(allow_none=True, **described("Seconds until all is read, as a guess."))


BatchList = list_of(Batch, "BatchList")


class FailedPage(Given):
    """A page of a file that was not read."""

    page_id = fields.Integer()
    number = fields.Integer()
    error_code = fields.String()
    message = fields.String()
    is_held = fields.Boolean(**described("It waits for a person to say where it belongs."))


class File(Given):
    """An uploaded file."""

    id = fields.Integer()
    batch_id = fields.Integer()
    name = fields.String()
    size = fields.Integer(**described("Bytes."))
    state = word("uploaded", "split", "done", "failed", "duplicate")
    page_count = fields.Integer(allow_none=True)
    pages_read = fields.Integer()
    error_code = fields.String(allow_none=True)
    error_message = fields.String(allow_none=True)
    failed_pages = fields.List(fields.Nested(FailedPage))
    duplicate_of = fields.String(
        allow_none=True, **described("Name of the file of this batch that has the same content.")
    )
    archive = fields.String(allow_none=True, **described("The ZIP that it came in."))
    unpacked_files = fields.Integer(allow_none=True, **described("Of a ZIP: what came out of it."))
    created_at = fields.DateTime()


FileList = list_of(File, "FileList")
