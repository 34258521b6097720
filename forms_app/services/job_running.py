"""Doing the jobs around templates, one attempt at a time."""

from __future__ import annotations

from typing import Any

from forms_app.services.application import Application
from forms_app.services.attempts import attempt_long, claim
from forms_app.services.blank_sources import do_blank
from forms_app.services.detection import do_detection
from forms_app.services.dry_run import SampleDrawer, do_dry_run
from forms_app.services.job_work import JobWork
from forms_app.services.loading import load
from forms_app.services.template_health import do_registration_test
from forms_app.services.template_jobs import fail_job, kept_files
from forms_app.services.work_events import timed
from forms_app.store.claims import hold
from forms_app.store.models import TemplateJobRow
from forms_app.store.stages import Stage
from forms_app.store.states import JobFileRole, JobKind, JobState

INTERNAL_MESSAGE = (
    "Fieldhand failed on this for a reason of its own; try it again, and report it with the log "
    "when that does not help."
)


def run_template_job(app: Application, job_id: int, draw_samples: SampleDrawer) -> None:
    """Do a job; does nothing when that is done or being done.

    Args:
        draw_samples: Fills forms for a dry run; the worker's own, as no service trains.

    Raises:
        TransientError: The file store or database did not answer; try again.
    """
    lease = claim(app, TemplateJobRow, job_id, JobState.PENDING)
    if lease is None:
        return
    with app.session() as session:
        row = load(session, TemplateJobRow, job_id)
        uploads = [(f.name, f.content_hash) for f in row.files if f.role == JobFileRole.UPLOAD]
        work = JobWork(app, lease, row.version_id, row.request, uploads)
    kind = JobKind(row.kind)

    def do() -> None:
        with timed(Stage.TEMPLATE):
            _finish(work, _do(kind, work, draw_samples))

    attempt_long(work, do, fail_job, INTERNAL_MESSAGE)


def _do(kind: JobKind, work: JobWork, draw_samples: SampleDrawer) -> dict[str, Any]:
    if kind is JobKind.REGISTRATION:
        return do_registration_test(work)
    if kind is JobKind.BLANK:
        return do_blank(work)
    if kind is JobKind.DETECTION:
        return do_detection(work)
    return do_dry_run(work, draw_samples)


def _finish(work: JobWork, result: dict[str, Any]) -> None:
    with work.app.session() as session:
        hold(session, work.lease)
        row = load(session, TemplateJobRow, work.lease.row_id)
        row.files += kept_files(work.app, session, JobFileRole.PAGE, work.pages)
        row.state, row.result, row.lease_until = JobState.DONE, result, None
        row.steps_done = row.steps_total
