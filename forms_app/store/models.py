"""All rows in one import, so that their metadata is complete."""

from __future__ import annotations

from forms_app.store.account_rows import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    ApiTokenRow,
    AuditEventRow,
    ExportRow,
    MembershipRow,
    ProjectRow,
    UserRow,
)
from forms_app.store.base import Base
from forms_app.store.blob_rows import DoomedBlobRow
from forms_app.store.editing_rows import DraftEditorRow
from forms_app.store.intake_rows import BatchRow, BatchVersionRow, FileRow, PageRow, SubmissionRow
from forms_app.store.reading_rows import (
    DecisionRow,
    ModelVersionRow,
    ReadingRow,
    SubmissionFieldRow,
)
from forms_app.store.review_rows import (
    BatchReservationRow,
    FieldLeaseRow,
    GlyphCheckRow,
    QualitySampleRow,
    ReviewNoteRow,
    SecondKeyRow,
    SeededErrorRow,
)
from forms_app.store.template_job_rows import TemplateJobFileRow, TemplateJobRow
from forms_app.store.template_rows import (
    FormTemplateRow,
    TemplateFieldRow,
    TemplatePageRow,
    TemplateVersionRow,
)
from forms_app.store.upload_rows import UploadPartRow, UploadRow

__all__ = [
    "LOCAL_USER_ID",
    "MAIN_PROJECT_ID",
    "ApiTokenRow",
    "AuditEventRow",
    "Base",
    "BatchReservationRow",
    "BatchRow",
    "BatchVersionRow",
    "DecisionRow",
    "DoomedBlobRow",
    "DraftEditorRow",
    "ExportRow",
    "FieldLeaseRow",
    "FileRow",
    "FormTemplateRow",
    "GlyphCheckRow",
    "MembershipRow",
    "ModelVersionRow",
    "PageRow",
    "ProjectRow",
    "QualitySampleRow",
    "ReadingRow",
    "ReviewNoteRow",
    "SecondKeyRow",
    "SeededErrorRow",
    "SubmissionFieldRow",
    "SubmissionRow",
    "TemplateFieldRow",
    "TemplateJobFileRow",
    "TemplateJobRow",
    "TemplatePageRow",
    "TemplateVersionRow",
    "UploadPartRow",
    "UploadRow",
    "UserRow",
]
