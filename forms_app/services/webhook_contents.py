"""What is said of an event: ids, names, counts and where to look; values only as they are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from forms_app.reading.types import Value
from forms_app.services.batch_templates import version_of_form
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.field_values import current_value
from forms_app.services.redaction import names_hidden_in, template_of_form
from forms_app.store.counts import count_batches
from forms_app.store.models import (
    BatchRow,
    ExportRow,
    FileRow,
    PageRow,
    SubmissionRow,
    TemplateVersionRow,
    WebhookEventRow,
)
from forms_app.store.plain_fields import plain_fields

OF_SUBMISSIONS = (EventKind.SUBMISSION_NEEDS_REVIEW, EventKind.SUBMISSION_DONE)

Contents = dict[str, Any]


def contents_of(session: Session, event: WebhookEventRow) -> Contents | None:
    """What `event` is about, without a value; None when that is gone.

    Paths are those of the pages, to be put after the address that people use (`with_addresses`).
    """
    said = _said_of_name(session, event) if event.batch_id is not None else {}
    more = SAID_MORE.get(EventKind(event.kind))
    if said is None or more is None:
        return said
    found = more(session, event)
    return None if found is None else {**said, **found}


def with_addresses(said: Contents, site_url: str) -> Contents:
    """The same with a `url` beside each path, where it is known how people reach the pages.

    Args:
        said: As `contents_of` gives it.
        site_url: The setting; "" where there is none.
    """
    if not site_url:
        return dict(said)
    return {name: _with_address(part, site_url) for name, part in said.items()}


def _with_address(part: Any, site_url: str) -> Any:
    if isinstance(part, dict) and "path" in part:
        return {**part, "url": site_url + part["path"]}
    return part


def values_of(session: Session, submission_id: int) -> dict[str, Value]:
    """The fields of a form as they stand, by their names; sensitive ones are not sent."""
    hidden = names_hidden_in(template_of_form(session, submission_id))
    return {
        field.field_name: current_value(field)
        for field in plain_fields(session, [submission_id])[submission_id]
        if field.field_name not in hidden
    }


def _said_of_name(session: Session, event: WebhookEventRow) -> Contents | None:
    batch = session.get(BatchRow, event.batch_id)
    if batch is None:
        return None
    return {"batch": {"id": batch.id, "name": batch.name, "path": f"/batches/{batch.id}"}}


def _said_of_batch(session: Session, event: WebhookEventRow) -> Contents | None:
    assert event.batch_id is not None
    counts = count_batches(session, [event.batch_id])[event.batch_id]
    return {
        "files": counts.files,
        "pages": counts.pages,
        "pages_failed": counts.pages_failed,
        "submissions": counts.submissions,
        "submissions_done": counts.submissions_done,
        "open_fields": counts.needs_review,
    }


def _said_of_submission(session: Session, event: WebhookEventRow) -> Contents | None:
    form = session.get(SubmissionRow, event.subject_id, populate_existing=True)
    if form is None:
        return None
    version = session.get_one(TemplateVersionRow, version_of_form(session, form))
    return {
        **_file(session, form.file_id),
        "submission": {
            "id": form.id,
            "number": form.number,
            "template": version.name,
            "template_id": version.template_id,
            "template_version": version.number,
            "open_fields": form.open_fields,
            "accepted_fields": form.accepted_fields,
            "decided_fields": form.decided_fields,
            "pages_missing": form.pages_missing,
            "path": f"/review/forms/{form.id}",
        },
    }


def _said_of_page(session: Session, event: WebhookEventRow) -> Contents | None:
    page = session.get(PageRow, event.subject_id)
    if page is None:
        return None
    return {
        **_file(session, page.file_id),
        "page": {
            "id": page.id,
            "number": page.number,
            "reason": page.error_code,
            "path": f"/batches/{event.batch_id}/pages/{page.id}",
        },
    }


def _said_of_export(session: Session, event: WebhookEventRow) -> Contents | None:
    export = session.get(ExportRow, event.subject_id)
    if export is None:
        return None
    return {
        "export": {
            "id": export.id,
            "format": export.format,
            "state": export.state,
            "rows": export.row_count,
            "path": f"/exports/{export.id}/download",
        }
    }


def _file(session: Session, file_id: int) -> Contents:
    file = session.get_one(FileRow, file_id)
    return {"file": {"id": file.id, "name": file.name}}


SAID_MORE: dict[EventKind, Callable[[Session, WebhookEventRow], Contents | None]] = {
    EventKind.BATCH_PROCESSED: _said_of_batch,
    EventKind.BATCH_FINISHED: _said_of_batch,
    EventKind.SUBMISSION_NEEDS_REVIEW: _said_of_submission,
    EventKind.SUBMISSION_DONE: _said_of_submission,
    EventKind.PAGE_HELD: _said_of_page,
    EventKind.PAGE_FAILED: _said_of_page,
    EventKind.EXPORT_FINISHED: _said_of_export,
}
