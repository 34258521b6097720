"""Which project an audit event belongs to, found by what it tells of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms_app.store.models import (
    ApiTokenRow,
    BatchRow,
    ExportRow,
    FileRow,
    FormTemplateRow,
    PageRow,
    ProjectRow,
    SubmissionRow,
    TemplateJobRow,
    TemplateVersionRow,
    WebhookEndpointRow,
)

_ROWS: dict[str, Any] = {
    "batch": BatchRow,
    "file": FileRow,
    "page": PageRow,
    "submission": SubmissionRow,
    "export": ExportRow,
    "form_template": FormTemplateRow,
    "template_version": TemplateVersionRow,
    "job": TemplateJobRow,
    "project": ProjectRow,
    "api_token": ApiTokenRow,
    "webhook": WebhookEndpointRow,
}
_QUERIES: dict[str, Select[int, int]] = {
    "batch": select(BatchRow.id, BatchRow.project_id),
    "file": select(FileRow.id, BatchRow.project_id).join(BatchRow, BatchRow.id == FileRow.batch_id),
    "page": select(PageRow.id, BatchRow.project_id)
    .join(FileRow, FileRow.id == PageRow.file_id)
    .join(BatchRow, BatchRow.id == FileRow.batch_id),
    "submission": select(SubmissionRow.id, BatchRow.project_id).join(
        BatchRow, BatchRow.id == SubmissionRow.batch_id
    ),
    "export": select(ExportRow.id, ExportRow.project_id),
    "form_template": select(FormTemplateRow.id, FormTemplateRow.project_id),
    "template_version": select(TemplateVersionRow.id, FormTemplateRow.project_id).join(
        FormTemplateRow, FormTemplateRow.id == TemplateVersionRow.template_id
    ),
    "job": select(TemplateJobRow.id, TemplateJobRow.project_id),
    "project": select(ProjectRow.id, ProjectRow.id.label("project_id")),
    "api_token": select(ApiTokenRow.id, ApiTokenRow.project_id),
    "webhook": select(WebhookEndpointRow.id, WebhookEndpointRow.project_id),
}


def projects_of(session: Session, events: Sequence[dict[str, Any]]) -> list[int | None]:
    """The project of each event: as it says itself, else that of its subject; None if neither."""
    asked: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if event["project_id"] is None and event["subject_type"] in _QUERIES:
            asked[event["subject_type"]].add(event["subject_id"])
    found = {kind: _look_up(session, kind, ids) for kind, ids in asked.items()}
    return [
        event["project_id"] or found.get(event["subject_type"], {}).get(event["subject_id"])
        for event in events
    ]


def _look_up(session: Session, kind: str, ids: set[int]) -> dict[int, int]:
    rows = session.execute(_QUERIES[kind].where(_ROWS[kind].id.in_(ids)))
    return {row.id: row.project_id for row in rows}
