"""An audit trail to look at, and to tamper with as whoever administers the database could."""

from __future__ import annotations

from sqlalchemy import select, text

from forms_app.services import audit_log
from forms_app.services.application import Application
from forms_app.store.models import LOCAL_USER_ID, AuditEventRow


def write_events(app: Application, count: int) -> None:
    """Some events, each in a transaction of its own."""
    for number in range(count):
        audit_log.record(app, "look", "thing", number, LOCAL_USER_ID, note=f"größe {number}")


def events_of(app: Application, verb: str | None = None) -> list[AuditEventRow]:
    """All events in order, or those of one verb."""
    query = select(AuditEventRow).order_by(AuditEventRow.id)
    if verb is not None:
        query = query.where(AuditEventRow.verb == verb)
    with app.session() as session:
        return list(session.scalars(query))


def remove_guards(app: Application) -> None:
    """As whoever administers the database can: the triggers do not stop them."""
    if app.engine.dialect.name == "postgresql":
        run(app, "ALTER TABLE audit_events DISABLE TRIGGER USER")
        return
    for event in ("update", "delete"):
        run(app, f"DROP TRIGGER guard_audit_events_{event}")


def run(app: Application, statement: str) -> None:
    """One statement on the database, past all services."""
    with app.engine.begin() as connection:
        connection.execute(text(statement))
