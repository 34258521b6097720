"""What the work tells of itself: once it has happened, and never what did not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from forms_app import metrics
from forms_app.errors import ConflictError, StorageFullError
from forms_app.instruments import registry
from forms_app.reading.errors import DamagedFileError
from forms_app.services import decisions, taking_back
from forms_app.services.application import Application
from forms_app.services.attempts import attempt, claim
from forms_app.services.work_events import about, also_about
from forms_app.store.after_commit import after_commit
from forms_app.store.models import PageRow
from forms_app.store.states import PageState
from tests.factories import make_batch, make_pages, make_submission, upload

WITH_CONTEXT = [structlog.contextvars.merge_contextvars]


@pytest.fixture(autouse=True)
def _no_context_left() -> Iterator[None]:
    yield
    assert not structlog.contextvars.get_contextvars()


def counted(metric: metrics.Instrument, **labels: str) -> float:
    return registry().get_sample_value(metric.full_name, labels) or 0.0


def told(logs: list[Any], event: str) -> list[Any]:
    return [line for line in logs if line["event"] == event]


def test_what_is_rolled_back_is_not_told(app: Application) -> None:
    happened: list[str] = []
    with pytest.raises(ConflictError), app.session() as session:
        after_commit(session, lambda: happened.append("never"))
        raise ConflictError("no")
    with app.session() as session:
        after_commit(session, lambda: happened.append("once"))
    with app.session() as session:
        session.connection()
    assert happened == ["once"]


def test_ids_are_those_of_the_innermost_work() -> None:
    with about(file_id=1):
        with about(page_id=2):
            also_about(batch_id=3, submission_id=None)
            assert structlog.contextvars.get_contextvars() == {
                "file_id": 1,
                "page_id": 2,
                "batch_id": 3,
            }
        assert structlog.contextvars.get_contextvars() == {"file_id": 1}


def test_a_file_that_arrives_and_its_duplicate(app: Application) -> None:
    batch_id = make_batch(app).id
    before = {s: counted(metrics.FILES_ARRIVED, state=s) for s in ("uploaded", "duplicate")}
    with capture_logs() as logs:
        first = upload(app, batch_id, b"one and the same")
        upload(app, batch_id, b"one and the same")
        upload(app, batch_id, b"")
    lines = told(logs, "file arrived")
    assert [line["state"] for line in lines] == ["uploaded", "duplicate", "failed"]
    assert (lines[0]["file_id"], lines[0]["batch_id"]) == (first.id, batch_id)
    assert lines[0]["bytes"] == len(b"one and the same")
    assert lines[2]["code"] == "empty_file"
    for state, number in before.items():
        assert counted(metrics.FILES_ARRIVED, state=state) == number + 1


def test_failures_are_counted_once_by_kind_and_code(app: Application) -> None:
    [page_id] = make_pages(app, make_batch(app).id, 1)
    lease = claim(app, PageRow, page_id, PageState.PENDING)
    assert lease is not None

    def refuse() -> None:
        raise DamagedFileError("The file ends too early.")

    before = counted(metrics.WORK_FAILURES, kind="page", code="damaged_file")
    with capture_logs(processors=WITH_CONTEXT) as logs:
        attempt(app, lease, refuse)
        # Its lease is gone: another worker has told it already.
        attempt(app, lease, refuse)
    assert counted(metrics.WORK_FAILURES, kind="page", code="damaged_file") == before + 1
    (first, _) = told(logs, "work refused")
    assert (first["page_id"], first["code"]) == (page_id, "damaged_file")


def test_what_is_put_off_is_no_failure(app: Application) -> None:
    [page_id] = make_pages(app, make_batch(app).id, 1)
    lease = claim(app, PageRow, page_id, PageState.PENDING)
    assert lease is not None

    def fill_up() -> None:
        raise StorageFullError("The disk is full.")

    before = counted(metrics.WORK_FAILURES, kind="page", code="storage_full")
    with capture_logs(processors=WITH_CONTEXT) as logs, pytest.raises(StorageFullError):
        attempt(app, lease, fill_up)
    (line,) = told(logs, "work put off")
    assert (line["page_id"], line["log_level"]) == (page_id, "warning")
    assert counted(metrics.WORK_FAILURES, kind="page", code="storage_full") == before


@pytest.mark.parametrize(
    ("field", "before"), [("surname", "accepted"), ("number", "open")], ids=["accepted", "open"]
)
def test_decisions_are_counted_by_what_they_change(
    app: Application, field: str, before: str
) -> None:
    def number(action: str, state: str) -> float:
        return counted(metrics.DECISIONS, action=action, before=state)

    form = make_submission(app, make_batch(app).id)
    steps = [("correct", before), ("confirm", "decided"), ("restore", "decided")]
    counts = [number(*step) for step in steps]
    value = {"surname": "MEIER", "number": "123457"}[field]
    decisions.decide(app, form, field, "correct", value)
    decisions.decide(app, form, field, "confirm")
    taking_back.undo_decision(app, form, field)
    assert [number(*step) - count for step, count in zip(steps, counts, strict=True)] == [1, 1, 1]
    # The same once more changes nothing, and is not counted.
    decisions.decide(app, form, field, "correct", value)
    assert number(*steps[0]) == counts[0] + 1


def test_lines_of_decisions_hold_no_value(app: Application) -> None:
    form = make_submission(app, make_batch(app).id)
    with capture_logs(processors=WITH_CONTEXT) as logs:
        decisions.decide(app, form, "surname", "correct", "MUSTERMANN")
    assert "MUSTERMANN" not in str(logs)
