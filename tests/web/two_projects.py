"""Two projects with one thing of each kind in both, for tests of who may reach what."""

from __future__ import annotations

from collections.abc import Mapping

from forms_app.services import (
    batches,
    exports,
    resumable_uploads,
    template_jobs,
    templates,
    webhooks,
)
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import EndpointWish
from forms_app.services.project_of import Kind
from forms_app.store.models import (
    LOCAL_USER_ID,
    ExportPresetRow,
    PageRow,
    ReviewNoteRow,
    SubmissionRow,
)
from forms_app.store.states import JobKind, NoteKind, PageState
from tests import factories

Things = Mapping[Kind, int | str]
NOWHERE: Things = {
    kind: "no-such-upload" if kind is Kind.UPLOAD else 10**9 + place
    for place, kind in enumerate(Kind)
}
"""Ids that nothing has."""


def fill(app: Application, project_id: int, name: str) -> Things:
    """One thing of each kind in a project, all called `name`."""
    blank = factories.draw_blank()
    draft = templates.create_template(app, name, blank, "b.tiff", LOCAL_USER_ID, project_id)
    saved = templates.save_draft(app, draft.id, factories.FIELDS, draft.revision)
    version = templates.publish(app, saved.id)
    batch = batches.create_batch(app, version.id, name, project_id=project_id)
    submission_id = factories.make_submission(app, batch.id)
    factories.make_pages(app, batch.id, 1, PageState.FAILED, "bad.png")
    export = exports.request_export(app, batch.id, "csv")
    upload = resumable_uploads.start_upload(app, batch.id, f"{name}.pdf", 100)
    wish = EndpointWish(name, "https://example.org/", ["batch.created"])
    endpoint = webhooks.create_endpoint(app, project_id, wish, LOCAL_USER_ID).endpoint
    delivery_id, run_id = factories.make_delivery(app, batch.id, name)
    job = template_jobs.request_job(app, JobKind.DETECTION, version.id, {"pages": [1]})
    with app.session() as session:
        form = session.get_one(SubmissionRow, submission_id)
        note = ReviewNoteRow(
            submission_id=form.id,
            batch_id=batch.id,
            field_name="number",
            kind=NoteKind.REFER,
            user_id=LOCAL_USER_ID,
            text=name,
        )
        preset = ExportPresetRow(
            template_id=version.template_id, name=name, format="csv", choice={}
        )
        session.add_all([note, preset])
        session.flush()
        page = session.query(PageRow).filter(PageRow.submission_id == form.id).one()
        return {
            **NOWHERE,
            Kind.BATCH: batch.id,
            Kind.DELIVERY: delivery_id,
            Kind.DELIVERY_RUN: run_id,
            Kind.ENDPOINT: endpoint.id,
            Kind.EXPORT: export.id,
            Kind.FILE: form.file_id,
            Kind.JOB: job.id,
            Kind.NOTE: note.id,
            Kind.PAGE: page.id,
            Kind.PRESET: preset.id,
            Kind.PROJECT: project_id,
            Kind.SUBMISSION: form.id,
            Kind.TEMPLATE: version.template_id,
            Kind.UPLOAD: upload.id,
            Kind.VERSION: version.id,
        }
