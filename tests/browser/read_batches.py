"""Batches of the demo's scans that the workers have read, for the review's tests."""

from __future__ import annotations

import time

from forms_app.services import batches, uploads
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.demo_form import filled_forms

READ_LIMIT_S = 120.0


def read_batch(app: Application, template: TemplateVersion, name: str, forms: int) -> BatchSummary:
    """A batch of the demo's scans, read by the workers."""
    batch = batches.create_batch(app, template.id, name)
    for path in filled_forms()[:forms]:
        with path.open("rb") as stream:
            uploads.add_file(app, batch.id, path.name, stream)
    deadline = time.monotonic() + READ_LIMIT_S
    summary = batch
    while time.monotonic() < deadline and not summary.pages_failed:
        summary = batches.get_batch(app, batch.id).summary
        if summary.submissions == forms and summary.pages_read == forms:
            return summary
        time.sleep(0.2)
    failures = [
        file.failed_pages or file.error_message for file in batches.get_batch(app, batch.id).files
    ]
    raise AssertionError(f"Not read in {READ_LIMIT_S} s: {summary.state}, {failures}")
