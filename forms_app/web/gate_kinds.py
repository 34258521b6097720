"""What the ids in requests are of, by the names that they have there."""

from __future__ import annotations

from forms_app.services.project_of import Kind

KIND_IN_ADDRESS = {
    "batch_id": Kind.BATCH,
    "export_id": Kind.EXPORT,
    "file_id": Kind.FILE,
    "job_id": Kind.JOB,
    "note_id": Kind.NOTE,
    "page_id": Kind.PAGE,
    "preset_id": Kind.PRESET,
    "project_id": Kind.PROJECT,
    "run_id": Kind.DELIVERY_RUN,
    "schedule_id": Kind.DELIVERY,
    "submission_id": Kind.SUBMISSION,
    "template_id": Kind.TEMPLATE,
    "upload_id": Kind.UPLOAD,
    "version_id": Kind.VERSION,
}
"""By the name of the address's argument."""

KIND_OF = {
    "against": Kind.VERSION,
    "batch": Kind.BATCH,
    "form": Kind.SUBMISSION,
    "submission_id": Kind.SUBMISSION,
    "template": Kind.TEMPLATE,
    "version_id": Kind.VERSION,
}
"""By the name in the query or body, for entries that say so."""

NO_IDS = frozenset({"number", "position", "template_page"})
"""Numbers in addresses that count within what another id names."""
