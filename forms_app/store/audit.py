"""Writing down what happened."""

from __future__ import annotations

from sqlalchemy.orm import Session

from forms_app.store.models import AuditEventRow


def record_event(
    session: Session,
    verb: str,
    subject_type: str,
    subject_id: int,
    user_id: int | None,
    **detail: int | str | None,
) -> None:
    """Add an audit event to the transaction; `detail` holds ids, names and counts only."""
    session.add(
        AuditEventRow(
            user_id=user_id,
            verb=verb,
            subject_type=subject_type,
            subject_id=subject_id,
            detail=detail,
        )
    )
