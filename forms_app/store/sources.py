"""What sources tell of themselves: each in one statement, so that nothing that others tell at the
same time is lost, and the first makes the row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import case, null, select, update
from sqlalchemy.orm import Session

from forms_app.store.database_clock import DatabaseNow
from forms_app.store.models import IntakeSourceRow
from forms_app.store.upserts import insert_into

KEY = ["project_id", "kind", "host", "name"]
TABLE = IntakeSourceRow.__table__.c


class SourceKey(NamedTuple):
    """What a source is known by."""

    project_id: int
    kind: str
    host: str
    name: str


def tell_alive(
    session: Session, key: SourceKey, heartbeat_s: int, backlog: int, trouble: str | None
) -> None:
    """It is there, and will say so again; `backlog` files wait to be taken."""
    told = {"heartbeat_s": heartbeat_s, "backlog": backlog, "trouble": trouble}
    _upsert(session, key, told, told | {"stopped_at": null()})


def tell_rule(session: Session, key: SourceKey, template: str, batch_rule: str) -> None:
    """What it does with files from now on."""
    told = {"template": template, "batch_rule": batch_rule}
    _upsert(session, key, told, told)


def tell_taken(session: Session, key: SourceKey, file_name: str, taking: str) -> None:
    """It has put a file into a batch; told twice in a row, it counts once."""
    told = {"last_file_name": file_name, "last_taking": taking, "last_file_at": DatabaseNow()}
    more = case((TABLE.last_taking == taking, 0), else_=1)
    _upsert(
        session,
        key,
        told | {"files_taken": 1},
        told | {"files_taken": TABLE.files_taken + more},
    )


def tell_error(session: Session, key: SourceKey, message: str) -> None:
    """Something went wrong with a file, or with all of them."""
    told = {"last_error": message, "last_error_at": DatabaseNow()}
    _upsert(session, key, told | {"errors": 1}, told | {"errors": TABLE.errors + 1})


def tell_stopped(session: Session, key: SourceKey) -> None:
    """It was stopped on purpose, and is not missed."""
    wanted = [getattr(IntakeSourceRow, name) == value for name, value in key._asdict().items()]
    session.execute(update(IntakeSourceRow).where(*wanted).values(stopped_at=DatabaseNow()))


def list_sources(
    session: Session, project_ids: Collection[int] | None, limit: int
) -> Sequence[IntakeSourceRow]:
    """Those of some projects, or of all; the one that was heard of last comes first."""
    query = select(IntakeSourceRow).order_by(
        IntakeSourceRow.last_seen_at.desc(), IntakeSourceRow.id.desc()
    )
    if project_ids is not None:
        query = query.where(IntakeSourceRow.project_id.in_(project_ids))
    return session.scalars(query.limit(limit)).all()


def expected_sources(session: Session, limit: int) -> Sequence[IntakeSourceRow]:
    """Those that should be there: they said so regularly, and nobody stopped them."""
    query = select(IntakeSourceRow).where(
        IntakeSourceRow.heartbeat_s.is_not(None), IntakeSourceRow.stopped_at.is_(None)
    )
    return session.scalars(query.order_by(IntakeSourceRow.id).limit(limit)).all()


def _upsert(session: Session, key: SourceKey, first: dict[str, Any], then: dict[str, Any]) -> None:
    now = DatabaseNow()
    made = {"template": "", "batch_rule": "", "files_taken": 0, "errors": 0, "created_at": now}
    statement = insert_into(session, IntakeSourceRow).values(
        **{**made, **key._asdict(), **first, "last_seen_at": now}
    )
    session.execute(
        statement.on_conflict_do_update(index_elements=KEY, set_={**then, "last_seen_at": now})
    )
