"""The words that audit events use, found without looking at every event."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.store.audit_rows import AuditEventRow


def verbs_used(session: Session) -> list[str]:
    """Each verb once, in order: one step in the index of verbs for each, not one a row."""
    first = select(func.min(AuditEventRow.verb).label("verb")).cte("used", recursive=True)
    following = (
        select(func.min(AuditEventRow.verb))
        .where(AuditEventRow.verb > first.c.verb)
        .scalar_subquery()
    )
    used = first.union_all(select(following).where(first.c.verb.is_not(None)))
    verbs = session.scalars(select(used.c.verb).where(used.c.verb.is_not(None)))
    return sorted(verb for verb in verbs if verb is not None)
