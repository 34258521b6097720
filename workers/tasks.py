"""The tasks: ids in, nothing out, safe to run twice; the work itself is in the services."""

from __future__ import annotations

from forms_app import queues
from forms_app.services import (
    alignment,
    assembly,
    delivery_running,
    export_building,
    job_running,
    reading,
    splitting,
    sweeping,
    webhook_delivering,
    webhook_spreading,
)
from forms_app.services.sending import send_or_leave
from workers.app import LONG_LIMIT_S, LONG_SOFT_LIMIT_S, application, celery
from workers.heartbeat import note_counts
from workers.process import settings
from workers.sample_drawing import draw_samples
from workers.spacing import Spacing

between_sweeps = Spacing(settings.sweep_seconds / 2)


@celery.task(name=queues.SPLIT_FILE)  # type: ignore[untyped-decorator]
def split_file(file_id: int) -> None:
    """Turn an uploaded file into pages."""
    splitting.split_file(application(), file_id)


@celery.task(name=queues.ALIGN_PAGE)  # type: ignore[untyped-decorator]
def align_page(page_id: int) -> None:
    """Lay one page onto its template page."""
    alignment.align_page(application(), page_id)


@celery.task(name=queues.ASSEMBLE_FILE)  # type: ignore[untyped-decorator]
def assemble_file(file_id: int) -> None:
    """Group the aligned pages of a file into submissions."""
    assembly.assemble_file(application(), file_id)


@celery.task(name=queues.READ_PAGES)  # type: ignore[untyped-decorator]
def read_pages() -> None:
    """Read as many aligned pages as make one batch; where there were some, there may be more."""
    app = application()
    if reading.read_pages(app, app.settings.read_batch_pages):
        send_or_leave(app, queues.READ_PAGES)


@celery.task(  # type: ignore[untyped-decorator]
    name=queues.BUILD_EXPORT, soft_time_limit=LONG_SOFT_LIMIT_S, time_limit=LONG_LIMIT_S
)
def build_export(export_id: int) -> None:
    """Write one requested export."""
    export_building.build_export(application(), export_id)


@celery.task(  # type: ignore[untyped-decorator]
    name=queues.RUN_TEMPLATE_JOB, soft_time_limit=LONG_SOFT_LIMIT_S, time_limit=LONG_LIMIT_S
)
def run_template_job(job_id: int) -> None:
    """Do what a person beside a template waits for."""
    job_running.run_template_job(application(), job_id, draw_samples)


@celery.task(  # type: ignore[untyped-decorator]
    name=queues.DELIVER_EXPORT, soft_time_limit=LONG_SOFT_LIMIT_S, time_limit=LONG_LIMIT_S
)
def deliver_export(run_id: int) -> None:
    """Bring one delivered file a step on."""
    delivery_running.deliver_export(application(), run_id)


@celery.task(name=queues.SPREAD_WEBHOOKS)  # type: ignore[untyped-decorator]
def spread_webhooks() -> None:
    """Say to each endpoint what has happened."""
    webhook_spreading.spread_webhooks(application())


@celery.task(name=queues.DELIVER_WEBHOOKS)  # type: ignore[untyped-decorator]
def deliver_webhooks(endpoint_id: int) -> None:
    """Deliver what is due to one endpoint."""
    webhook_delivering.deliver_webhooks(application(), endpoint_id)


@celery.task(name=queues.SWEEP)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Send again what a lost broker or a killed worker left behind; sweeps that piled up while
    nobody had time are one."""
    if between_sweeps.is_over():
        note_counts(sweeping.sweep(application()))
