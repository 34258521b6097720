"""Writing down what happened: noted during a transaction, chained at its very end.

So the one lock that all who write events share is held for the commit alone, and is always the
last one taken, which is why it cannot be part of a deadlock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from forms_app.logs import REQUEST_ID
from forms_app.origins import current_origin
from forms_app.store.account_rows import UserRow
from forms_app.store.audit_chain import append
from forms_app.store.audit_projects import projects_of

NOTED = "audit_noted"


@dataclass(slots=True)
class _Noted:
    """An event that waits for the commit, and the savepoint that it would be undone with."""

    columns: dict[str, Any]
    within: SessionTransaction | None = field(repr=False)


def record_event(
    session: Session,
    verb: str,
    subject_type: str,
    subject_id: int,
    user_id: int | None,
    *,
    project_id: int | None = None,
    **detail: int | str | None,
) -> None:
    """Add an audit event to the transaction; `detail` holds ids, names and counts only.

    Args:
        session: In the transaction that does what is told.
        verb: What was done, one word.
        subject_type: To what kind of thing.
        subject_id: To which one; 0 where there is no row of it.
        user_id: Who did it; None: Fieldhand by itself.
        project_id: Whose it is, where that cannot be looked up by the subject.
        detail: More of it.
    """
    columns = {
        "verb": verb,
        "subject_type": str(subject_type),
        "subject_id": subject_id,
        "user_id": user_id,
        "project_id": project_id,
        "detail": detail,
    }
    if verb == "delete" and project_id is None:
        # At the end it is gone.
        with session.no_autoflush:
            [columns["project_id"]] = projects_of(session, [columns])
    if NOTED not in session.info:
        session.info[NOTED] = []
        event.listen(session, "before_commit", _write)
        event.listen(session, "after_soft_rollback", _forget)
    session.info[NOTED].append(_Noted(columns, session.get_nested_transaction()))


def _write(session: Session) -> None:
    """Chain what was noted. First everything else is written: no other lock may come after."""
    if session.in_nested_transaction() or not session.info[NOTED]:
        return
    session.flush()
    noted = [waiting.columns for waiting in session.info[NOTED]]
    session.info[NOTED] = []
    names = _names_of(session, {columns["user_id"] for columns in noted} - {None})
    projects = projects_of(session, noted)
    origin = current_origin()
    common = {
        "source": origin.source,
        "address": origin.address,
        "request_id": structlog.contextvars.get_contextvars().get(REQUEST_ID),
    }
    append(
        session,
        (
            columns
            | common
            | {"user_name": names.get(columns["user_id"]), "project_id": project_id}
            for columns, project_id in zip(noted, projects, strict=True)
        ),
    )


def _forget(session: Session, undone: SessionTransaction) -> None:
    """What was noted within a savepoint is undone with it, and all with the transaction."""
    session.info[NOTED] = [
        noted
        for noted in session.info[NOTED]
        if undone.nested and noted.within is not undone and not _is_inside(noted.within, undone)
    ]


def _is_inside(inner: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False


def _names_of(session: Session, ids: set[int]) -> dict[int | None, str]:
    if not ids:
        return {}
    found = session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(ids)))
    return {row.id: row.name for row in found}
