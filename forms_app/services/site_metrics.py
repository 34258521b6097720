"""How the whole site stands, as metrics: looked up when asked, remembered for some seconds.

Whatever cannot be asked is left out and shows as `up` 0: a broken part never hides the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from forms_app import metrics
from forms_app.errors import FieldhandError
from forms_app.instruments import Looked
from forms_app.services.application import Application
from forms_app.services.broker_state import broker_state
from forms_app.services.disk_space import disks
from forms_app.services.drift import Drift, find_drifts
from forms_app.services.dto.sources import SourceState
from forms_app.services.health import ABSENT_KEY
from forms_app.services.sources import expected_sources
from forms_app.store.base import utc_now
from forms_app.store.counts import count_open_fields
from forms_app.store.models import (
    BatchRow,
    FormTemplateRow,
    PageRow,
    UploadRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
)
from forms_app.store.operations import StageNumbers, stage_numbers
from forms_app.store.stages import ROWS, Stage, Subject, has_failed
from forms_app.store.states import PageState, WebhookState

if TYPE_CHECKING:
    from prometheus_client import Metric

log = structlog.get_logger(__name__)

SITE_KEPT_S = 10.0
WAIT_S = 5.0
"""Longer nobody waits for another's look: a database that hangs must not take up all threads."""
MOST_TEMPLATES = 1_000
DRIFT_KEPT_S = 300.0

Look = Callable[[Application], Iterator["Sample"]]
Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure."""

    metric: Looked
    value: float
    labels: Labels = field(default_factory=dict)


class SiteMetrics:
    """The figures of one site; safe to ask from several threads, of which one looks."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._lock = Lock()
        self._kept: dict[str, tuple[float, list[Sample]]] = {}
        self._silent: set[str] = set()

    def families(self) -> list[Metric]:
        """Every metric that is looked up, with what could be found of it."""
        from prometheus_client import Metric

        found = {
            item.name: Metric(item.full_name, item.help, "gauge")
            for item in metrics.ALL
            if isinstance(item, Looked)
        }
        for sample in self._samples():
            family = found[sample.metric.name]
            family.add_sample(sample.metric.full_name, sample.labels, sample.value)
        return list(found.values())

    def _samples(self) -> list[Sample]:
        if self._lock.acquire(timeout=WAIT_S):
            try:
                for part, (look, kept_s) in LOOKS.items():
                    self._look(part, look, kept_s)
            finally:
                self._lock.release()
        return [sample for _, samples in list(self._kept.values()) for sample in samples]

    def _look(self, part: str, look: Look, kept_s: float) -> None:
        now = time.monotonic()
        if part not in self._kept or now - self._kept[part][0] >= kept_s:
            found = self._answer(part, look)
            self._kept[part] = (now, found or [Sample(metrics.UP, 0, {"part": part})])

    def _answer(self, part: str, look: Look) -> list[Sample]:
        """What was found, and that something was; nothing where the part does not answer."""
        try:
            found = [*look(self._app), Sample(metrics.UP, 1, {"part": part})]
        except Exception as error:
            # Whatever it is, a fault of ours included: the other parts must still be seen.
            is_foreseen = isinstance(error, FieldhandError | SQLAlchemyError | OSError)
            if part not in self._silent:
                kind = type(error).__name__
                log.warning("part does not answer", part=part, kind=kind, exc_info=not is_foreseen)
            self._silent.add(part)
            return []
        self._silent.discard(part)
        return found


def _look_at_database(app: Application) -> Iterator[Sample]:
    with app.session() as session:
        for stage in Stage:
            numbers = stage_numbers(session, stage, app.settings.max_attempts, utc_now())
            yield from _of_stage(stage, numbers)
        yield from _of_rows(session)
    yield from _of_sources(app)


def _of_stage(stage: Stage, numbers: StageNumbers) -> Iterator[Sample]:
    labels = {"stage": stage.value}
    age_s = 0.0
    if numbers.oldest_at is not None:
        age_s = max(0.0, (utc_now() - numbers.oldest_at).total_seconds())
    yield Sample(metrics.WAITING, numbers.waiting, labels)
    yield Sample(metrics.OLDEST_WAITING, age_s, labels)
    yield Sample(metrics.IN_WORK, numbers.in_work, labels)
    yield Sample(metrics.STUCK, numbers.lapsed, {**labels, "why": "lease_lapsed"})
    yield Sample(metrics.STUCK, numbers.exhausted, {**labels, "why": "attempts_used_up"})


def _of_rows(session: Session) -> Iterator[Sample]:
    def count(kind: type, *conditions: object) -> int:
        return session.scalar(select(func.count()).select_from(kind).where(*conditions)) or 0  # type: ignore[arg-type]

    for subject in Subject:
        failed = count(ROWS[subject], has_failed(subject))
        yield Sample(metrics.FAILED, failed, {"kind": subject.value})
    yield Sample(metrics.PAGES_HELD, count(PageRow, PageRow.state == PageState.HELD))
    yield Sample(metrics.OPEN_FIELDS, count_open_fields(session))
    yield Sample(metrics.BATCHES, count(BatchRow))
    unfinished, lacking = session.execute(
        select(func.count(), func.sum(UploadRow.size - UploadRow.received)).where(
            UploadRow.finished_at.is_(None)
        )
    ).one()
    yield Sample(metrics.UPLOADS_UNFINISHED, unfinished)
    yield Sample(metrics.UPLOAD_BACKLOG, int(lacking or 0))
    is_waiting = WebhookDeliveryRow.state == WebhookState.PENDING
    yield Sample(metrics.WEBHOOKS_WAITING, count(WebhookDeliveryRow, is_waiting))
    is_dead = WebhookDeliveryRow.state == WebhookState.DEAD
    yield Sample(metrics.WEBHOOKS_DEAD, count(WebhookDeliveryRow, is_dead))
    is_failing = WebhookEndpointRow.failing_since.is_not(None)
    yield Sample(metrics.WEBHOOKS_FAILING, count(WebhookEndpointRow, is_failing))


def _look_at_broker(app: Application) -> Iterator[Sample]:
    state = broker_state(app)
    for queue, messages in state.messages.items():
        yield Sample(metrics.QUEUE_DEPTH, messages, {"queue": queue})
    yield Sample(metrics.QUEUE_UNACKED, state.taken)


def _look_at_files(app: Application) -> Iterator[Sample]:
    for disk in disks(app.settings):
        yield Sample(metrics.DISK_FREE, disk.free, {"folder": disk.path})
        yield Sample(metrics.DISK_SIZE, disk.total, {"folder": disk.path})
    app.files.exists(ABSENT_KEY)


def _of_sources(app: Application) -> Iterator[Sample]:
    for source in expected_sources(app):
        labels = {"project": str(source.project_id), "host": source.host, "source": source.name}
        is_fine = source.state == SourceState.WATCHING
        yield Sample(metrics.SOURCE_STATE, is_fine, labels)
        yield Sample(metrics.SOURCE_BACKLOG, source.backlog or 0, labels)


def _look_at_templates(app: Application) -> Iterator[Sample]:
    with app.session() as session:
        newest = select(FormTemplateRow.id, FormTemplateRow.name)
        rows = session.execute(newest.order_by(FormTemplateRow.id.desc()).limit(MOST_TEMPLATES))
        for template_id, name in rows:
            yield Sample(metrics.TEMPLATE_INFO, 1, {"template": str(template_id), "name": name})
    for drift in find_drifts(app):
        yield from _of_drift(drift)


def _of_drift(drift: Drift) -> Iterator[Sample]:
    template = {"template": str(drift.template_id)}
    for name, window in (("recent", drift.recent), ("history", drift.history)):
        labels = {**template, "window": name}
        yield Sample(metrics.CONFIDENCE_MEAN, window.confidence, labels)
        yield Sample(metrics.REVIEW_RATE, window.review_rate, labels)
        yield Sample(metrics.DRIFT_FORMS, window.forms, labels)
    for measure, z in (
        ("confidence", drift.confidence_z),
        ("review_rate", drift.review_rate_z),
    ):
        yield Sample(metrics.DRIFT_Z, z, {**template, "measure": measure})


# Each with how long, in seconds, what it found is good enough.
LOOKS: dict[str, tuple[Look, float]] = {
    "database": (_look_at_database, SITE_KEPT_S),
    "broker": (_look_at_broker, SITE_KEPT_S),
    "files": (_look_at_files, SITE_KEPT_S),
    "templates": (_look_at_templates, DRIFT_KEPT_S),
}
