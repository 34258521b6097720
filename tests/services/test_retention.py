"""Retention: what is due goes, a little at a time, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from forms_app.errors import UserError
from forms_app.services import batches, exports, retention, review
from forms_app.services.application import Application
from forms_app.services.dto.retention import RetentionRules
from forms_app.services.sweeping import sweep
from forms_app.store.base import Base, utc_now
from forms_app.store.blobs import referenced_blobs
from forms_app.store.models import (
    AuditEventRow,
    BatchRow,
    DecisionRow,
    DeletionRow,
    ExportRow,
    FileRow,
    PageRow,
    ReadingRow,
    RetentionRuleRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.states import Deleted, ExportFormat, FileState, PageState
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.exported_data import exported

PROJECT, USER = 1, 1
SURE = tuple(
    factories.reading(name, value)
    for name, value in (("surname", "MILLER"), ("number", "123456"), ("consent", True))
)
ALL_OF_30_DAYS = RetentionRules(30, 30, 30, 30)


def finished_batch(app: Application, forms: int = 2) -> int:
    """A batch in which nothing is left to do."""
    batch = factories.make_batch(app)
    for number in range(forms):
        factories.make_submission(app, batch.id, SURE, name=f"{batch.id}-{number}.png")
    return batch.id


def let_days_pass(app: Application, days: int) -> None:
    """All that has happened is that much longer ago; decisions cannot be changed."""
    past = utc_now() - timedelta(days=days)
    with app.session() as session:
        session.execute(update(BatchRow).values(created_at=past))
        session.execute(update(FileRow).values(created_at=past))
        session.execute(update(PageRow).values(read_at=past))
        session.execute(update(ExportRow).values(created_at=past, finished_at=past))


def rows(app: Application, kind: type[Base], *conditions: object) -> int:
    with app.session() as session:
        return session.scalar(select(func.count()).select_from(kind).where(*conditions)) or 0  # type: ignore[arg-type]


def keep(app: Application, rules: RetentionRules) -> None:
    retention.set_rules(app, PROJECT, rules, USER)


def due(app: Application, rules: RetentionRules) -> dict[Deleted, tuple[int, int]]:
    found = retention.preview(app, PROJECT, rules)
    return {each.what: (each.count, each.batches) for each in found}


def test_without_rules_nothing_is_ever_deleted(app: Application) -> None:
    finished_batch(app)
    let_days_pass(app, 10_000)
    assert retention.enforce(app) == 0
    assert retention.rules_of(app, PROJECT) == RetentionRules()


def test_what_is_due_goes_in_steps_and_what_is_not_stays(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = any_app
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    old = finished_batch(app, forms=3)
    export = exports.request_export(app, old, ExportFormat.CSV)
    run_sent_tasks(app)
    let_days_pass(app, 31)
    new = finished_batch(app)
    assert due(app, ALL_OF_30_DAYS) == {
        Deleted.SCANS: (3, 1),
        Deleted.CROPS: (3, 1),
        Deleted.VALUES: (3, 1),
        Deleted.EXPORTS: (1, 0),
    }
    assert rows(app, DeletionRow) == 0
    keep(app, ALL_OF_30_DAYS)
    assert retention.enforce(app) == 10
    assert retention.enforce(app) == 0
    assert due(app, ALL_OF_30_DAYS)[Deleted.SCANS] == (0, 0)
    of_old, of_new = SubmissionRow.batch_id == old, SubmissionRow.batch_id == new
    with app.session() as session:
        for kind in (ReadingRow, SubmissionFieldRow):
            joined = (
                select(func.count())
                .select_from(kind)
                .join(SubmissionRow, SubmissionRow.id == kind.submission_id)
            )
            assert session.scalar(joined.where(of_old)) == 0
            assert session.scalar(joined.where(of_new)) == 2 * len(SURE)
        assert session.get(ExportRow, export.id) is None
        kept = referenced_blobs(session)
    assert rows(app, FileRow, FileRow.scan_deleted_at.is_not(None)) == 3
    assert rows(app, PageRow, PageRow.picture_deleted_at.is_not(None)) == 3
    assert all(app.files.exists(key) for key in kept)
    assert {each.what: each.count for each in retention.deletions_of_batch(app, old)} == {
        Deleted.SCANS: 3,
        Deleted.CROPS: 3,
        Deleted.VALUES: 3,
    }
    assert retention.deletions_of_batch(app, new) == ()
    assert exported(app, old, "csv").count(b"done") == 3  # Forms without values.
    events = rows(app, AuditEventRow, AuditEventRow.verb == "retention")
    assert events == 4


def test_a_sweep_does_some_and_the_next_goes_on(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    monkeypatch.setattr(retention, "STEPS_OF_A_SWEEP", 2)
    finished_batch(app, forms=3)
    let_days_pass(app, 31)
    keep(app, RetentionRules(scans_days=30))
    assert [retention.enforce(app) for _ in range(3)] == [2, 1, 0]
    finished_batch(app)
    let_days_pass(app, 31)
    # Nobody looks again within the next minutes.
    assert retention.enforce(app) == 0
    let_rules_rest(app)
    assert retention.enforce(app) == 2


def let_rules_rest(app: Application) -> None:
    with app.session() as session:
        past = utc_now() - retention.LOOKED_EVERY - timedelta(minutes=1)
        session.execute(update(RetentionRuleRow).values(looked_at=past))


def test_bytes_of_deleted_scans_are_gone(app: Application) -> None:
    batch_id = finished_batch(app, forms=1)
    with app.session() as session:
        keys = session.scalars(select(FileRow.content_hash)).all()
    assert all(app.files.exists(key) for key in keys if key)
    let_days_pass(app, 31)
    keep(app, RetentionRules(scans_days=30))
    sweep(app)
    assert not any(app.files.exists(key) for key in keys if key)
    assert batches.get_batch(app, batch_id).summary.submissions == 1


def test_a_batch_in_which_something_is_left_to_do_stays_unless_said_otherwise(
    app: Application,
) -> None:
    batch = factories.make_batch(app)
    factories.make_submission(app, batch.id)
    factories.make_pages(app, batch.id, 1, name="waits.png")
    let_days_pass(app, 31)
    keep(app, ALL_OF_30_DAYS)
    assert retention.enforce(app) == 0
    factories.make_pages(app, batch.id, 1, PageState.HELD, name="held.png")
    with app.session() as session:
        held = session.scalars(select(FileRow).where(FileRow.name == "held.png")).one()
        held.state = FileState.DONE
    let_days_pass(app, 31)
    keep(app, RetentionRules(30, 30, 30, 30, takes_unfinished=True))
    assert retention.enforce(app) == 3
    # What is still to be read or sorted needs its scan.
    assert rows(app, FileRow, FileRow.content_hash.is_not(None)) == 2


def test_days_count_from_the_last_thing_that_happened(app: Application) -> None:
    batch = factories.make_batch(app)
    submission_id = factories.make_submission(app, batch.id)
    let_days_pass(app, 31)
    for name in ("number", "consent"):
        review.decide(app, submission_id, name, "confirm")
    keep(app, ALL_OF_30_DAYS)
    assert retention.enforce(app) == 0  # It was finished today.
    keep(app, RetentionRules(values_days=1))
    with app.session() as session:
        assert session.scalar(select(func.count(DecisionRow.id))) == 2


def test_decisions_go_only_on_record(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    submission_id = factories.make_submission(any_app, batch.id)
    review.decide(any_app, submission_id, "number", "confirm")
    with pytest.raises(IntegrityError, match="cannot be changed"), any_app.session() as session:
        session.execute(delete(DecisionRow))
    with any_app.session() as session:
        record = DeletionRow(project_id=PROJECT, what=Deleted.VALUES, batch_id=batch.id + 1)
        session.add(record)
    with pytest.raises(IntegrityError), any_app.session() as session:
        session.execute(delete(DecisionRow))
    with any_app.session() as session:
        session.execute(update(DeletionRow).values(batch_id=batch.id))
        session.execute(delete(DecisionRow))


@pytest.mark.parametrize("days", [0, -1, 40_000])
def test_days_that_make_no_sense_are_refused(app: Application, days: int) -> None:
    with pytest.raises(UserError, match="days"):
        keep(app, RetentionRules(scans_days=days))
