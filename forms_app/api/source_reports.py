"""Tokens of the API as sources of files: what each has brought."""

from __future__ import annotations

from forms_app.api.authentication import bearer
from forms_app.services.dto.batches import FileSummary
from forms_app.services.dto.sources import SourceKind
from forms_app.services.file_lists import get_file
from forms_app.services.resumable_uploads import get_upload
from forms_app.services.sources import SourceReport
from forms_app.web.context import application


def tell_added(file: FileSummary) -> None:
    """A file came by this request's token; whether it will be read is told too."""
    token = bearer()
    if token is None:
        return
    report = SourceReport(application(), SourceKind.API, token.token_name, token.actor.project_id)
    report.taken(file.name, f"file {file.id}")
    if file.state == "failed":
        report.failed(f"{file.name}: {file.error_message}")


def tell_arrived(upload_id: str) -> None:
    """As `tell_added`, of a file that came in pieces, once the last one is there."""
    upload = get_upload(application(), upload_id)
    if upload.file_id is not None:
        tell_added(get_file(application(), upload.file_id))
