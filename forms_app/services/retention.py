"""Retention: what was kept for as long as its project says goes, a little with each sweep.

Each step is a transaction of its own and leaves nothing half-done; whatever is still due is found
again by the next one. What it deletes is on record (`deletions`), and in the audit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto.retention import DueCount, PastDeletion, RetentionRules
from forms_app.services.loading import load
from forms_app.store import retention
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom
from forms_app.store.locks import lock_batch
from forms_app.store.models import BatchRow, DeletionRow, ProjectRow, RetentionRuleRow
from forms_app.store.states import Deleted

log = structlog.get_logger(__name__)

MOST_DAYS = 36_500
AT_ONCE = 100
"""Rows of a step: SQLite has one writer, who must not keep the others waiting."""
STEPS_OF_A_SWEEP = 20
LOOKED_EVERY = timedelta(minutes=10)
"""A look goes through every batch that is old enough."""
SHOWN = 50
KINDS = (Deleted.SCANS, Deleted.CROPS, Deleted.VALUES, Deleted.EXPORTS)


def rules_of(app: Application, project_id: int) -> RetentionRules:
    """How long what is kept in a project."""
    with app.session() as session:
        return _rules(session.get(RetentionRuleRow, project_id))


def set_rules(app: Application, project_id: int, rules: RetentionRules, user_id: int) -> None:
    """Keep things in a project for so long, from the next sweep on.

    Raises:
        UserError: A number of days is not between 1 and 36,500.
    """
    _check(rules)
    with app.session() as session:
        load(session, ProjectRow, project_id)
        row = session.get(RetentionRuleRow, project_id) or RetentionRuleRow(project_id=project_id)
        for what in KINDS:
            setattr(row, f"{what}_days", rules.days(what))
        row.takes_unfinished, row.looked_at = rules.takes_unfinished, None
        session.add(row)
        kept = {f"{what}_days": rules.days(what) for what in KINDS}
        record_event(
            session,
            "set_retention",
            "project",
            project_id,
            user_id,
            project_id=project_id,
            unfinished=int(rules.takes_unfinished),
            **kept,
        )


def preview(app: Application, project_id: int, rules: RetentionRules) -> tuple[DueCount, ...]:
    """What those rules would delete now, of each kind that is not kept for ever.

    Raises:
        UserError: A number of days is not between 1 and 36,500.
    """
    _check(rules)
    with app.session() as session:
        return tuple(_due(session, project_id, rules, what, days) for what, days in rules.limits())


def past_deletions(app: Application, project_id: int) -> tuple[PastDeletion, ...]:
    """The last things that were deleted in a project."""
    rows = (
        select(DeletionRow)
        .where(DeletionRow.project_id == project_id, DeletionRow.finished_at.is_not(None))
        .order_by(DeletionRow.id.desc())
        .limit(SHOWN)
    )
    with app.session() as session:
        return tuple(_past(row) for row in session.scalars(rows))


def deletions_of_batch(app: Application, batch_id: int) -> tuple[PastDeletion, ...]:
    """What retention has deleted of a batch."""
    rows = (
        select(DeletionRow)
        .where(DeletionRow.batch_id == batch_id, DeletionRow.what != Deleted.SUBMISSION)
        .order_by(DeletionRow.id)
    )
    with app.session() as session:
        return tuple(_past(row) for row in session.scalars(rows))


def enforce(app: Application) -> int:
    """Delete some of what is due in all projects; returns how many files, pages, forms, exports.

    Safe to run twice, and to be stopped at any moment.
    """
    with app.session() as session:
        mine = retention.claim_rules(session, LOOKED_EVERY)
        kept = [(row.project_id, _rules(row)) for row in mine]
    steps, deleted = STEPS_OF_A_SWEEP, 0
    for project_id, rules in kept:
        for what, days in rules.limits():
            while steps and (some := _step(app, project_id, rules, what, days)):
                steps, deleted = steps - 1, deleted + some
    if not steps:
        with app.session() as session:
            retention.look_again(session, [project_id for project_id, _ in kept])
    if deleted:
        log.info("retention deleted", count=deleted)
    return deleted


def _step(
    app: Application, project_id: int, rules: RetentionRules, what: Deleted, days: int
) -> int:
    """Delete up to so many of one kind of one batch; how many."""
    before = utc_now() - timedelta(days=days)
    with app.session() as session:
        if what is Deleted.EXPORTS:
            found, keys = _delete_exports(session, project_id, before)
        else:
            due = retention.due_batches(project_id, what, before, rules.takes_unfinished)
            batch_id = session.scalar(due.order_by("id").limit(1))
            if batch_id is None:
                return 0
            lock_batch(session, batch_id)
            if session.scalar(due.where(BatchRow.id == batch_id)) is None:
                return 0  # Somebody went on working on it just now.
            found, keys = _delete_some(session, project_id, batch_id, what)
        doom(session, keys)
    delete_unreferenced(app, keys)
    return found


def _delete_some(
    session: Session, project_id: int, batch_id: int, what: Deleted
) -> tuple[int, set[str]]:
    now, keys = utc_now(), set[str]()
    record = session.scalar(
        select(DeletionRow).where(
            DeletionRow.batch_id == batch_id,
            DeletionRow.what == what,
            DeletionRow.user_id.is_(None),
        )
    ) or DeletionRow(project_id=project_id, what=what, batch_id=batch_id, count=0)
    # Decisions may be deleted from here to the end of this transaction.
    record.finished_at = None
    session.add(record)
    session.flush()
    if what is Deleted.VALUES:
        found = retention.delete_values(session, batch_id, AT_ONCE)
    else:
        some = retention.delete_scans if what is Deleted.SCANS else retention.delete_crops
        found, keys = some(session, batch_id, AT_ONCE, now)
    record.count += found
    record.finished_at = now
    if found < AT_ONCE:
        record_event(
            session,
            "retention",
            "batch",
            batch_id,
            None,
            project_id=project_id,
            what=str(what),
            count=record.count,
        )
    return found, keys


def _delete_exports(session: Session, project_id: int, before: datetime) -> tuple[int, set[str]]:
    ids = session.scalars(retention.due_exports(project_id, before).limit(AT_ONCE)).all()
    if not ids:
        return 0, set()
    keys, now = retention.delete_exports(session, ids), utc_now()
    session.add(
        DeletionRow(project_id=project_id, what=Deleted.EXPORTS, count=len(ids), finished_at=now)
    )
    record_event(
        session,
        "retention",
        "project",
        project_id,
        None,
        project_id=project_id,
        what=str(Deleted.EXPORTS),
        count=len(ids),
    )
    return len(ids), keys


def _due(
    session: Session, project_id: int, rules: RetentionRules, what: Deleted, days: int
) -> DueCount:
    before = utc_now() - timedelta(days=days)
    if what is Deleted.EXPORTS:
        return DueCount(
            what, retention.count(session, retention.due_exports(project_id, before)), 0
        )
    batches = retention.due_batches(project_id, what, before, rules.takes_unfinished)
    count = retention.count(session, retention.left_of(what, batches))
    return DueCount(what, count, retention.count(session, batches))


def _rules(row: RetentionRuleRow | None) -> RetentionRules:
    if row is None:
        return RetentionRules()
    return RetentionRules(
        row.scans_days, row.crops_days, row.values_days, row.exports_days, row.takes_unfinished
    )


def _check(rules: RetentionRules) -> None:
    if any(not 1 <= days <= MOST_DAYS for _, days in rules.limits()):
        raise UserError(
            f"Give a whole number of days from 1 to {MOST_DAYS:,}, or nothing to keep it for ever."
        )


def _past(row: DeletionRow) -> PastDeletion:
    return PastDeletion(
        what=Deleted(row.what),
        batch_id=row.batch_id,
        submission_id=row.submission_id,
        count=row.count,
        finished_at=row.finished_at or row.started_at,
    )
