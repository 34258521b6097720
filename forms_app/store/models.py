"""All rows in one import, so that their metadata is complete."""

from __future__ import annotations

from forms_app.store.account_rows import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    ApiTokenRow,
    MembershipRow,
    ProjectRow,
    UserRow,
)
from forms_app.store.api_rows import ApiAnswerRow
from forms_app.store.audit_rows import AuditEventRow
from forms_app.store.base import Base
from forms_app.store.blob_rows import DoomedBlobRow
from forms_app.store.delivery_rows import DeliveryRow, DeliveryRunRow
from forms_app.store.editing_rows import DraftEditorRow
from forms_app.store.export_rows import ExportBatchRow, ExportPresetRow, ExportRow
from forms_app.store.intake_rows import BatchRow, BatchVersionRow, FileRow, PageRow, SubmissionRow
from forms_app.store.privacy_rows import DeletionRow, RetentionRuleRow
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
from forms_app.store.sign_in_rows import (
    InvitationRow,
    RecoveryCodeRow,
    SignInAttemptRow,
    SignInSessionRow,
)
from forms_app.store.source_rows import IntakeSourceRow
from forms_app.store.template_job_rows import TemplateJobFileRow, TemplateJobRow
from forms_app.store.template_rows import (
    FormTemplateRow,
    TemplateFieldRow,
    TemplatePageRow,
    TemplateVersionRow,
)
from forms_app.store.upload_rows import UploadPartRow, UploadRow
from forms_app.store.webhook_rows import (
    WebhookBatchRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookEventRow,
)

__all__ = [
    "LOCAL_USER_ID",
    "MAIN_PROJECT_ID",
    "ApiAnswerRow",
    "ApiTokenRow",
    "AuditEventRow",
    "Base",
    "BatchReservationRow",
    "BatchRow",
    "BatchVersionRow",
    "DecisionRow",
    "DeletionRow",
    "DeliveryRow",
    "DeliveryRunRow",
    "DoomedBlobRow",
    "DraftEditorRow",
    "ExportBatchRow",
    "ExportPresetRow",
    "ExportRow",
    "FieldLeaseRow",
    "FileRow",
    "FormTemplateRow",
    "GlyphCheckRow",
    "IntakeSourceRow",
    "InvitationRow",
    "MembershipRow",
    "ModelVersionRow",
    "PageRow",
    "ProjectRow",
    "QualitySampleRow",
    "ReadingRow",
    "RecoveryCodeRow",
    "RetentionRuleRow",
    "ReviewNoteRow",
    "SecondKeyRow",
    "SeededErrorRow",
    "SignInAttemptRow",
    "SignInSessionRow",
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
    "WebhookBatchRow",
    "WebhookDeliveryRow",
    "WebhookEndpointRow",
    "WebhookEventRow",
]
