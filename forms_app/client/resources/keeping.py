"""How long what is kept, and the erasure of single forms."""

from __future__ import annotations

from collections.abc import Iterator

from forms_app.client import operations as op
from forms_app.client.bodies import Body, json_body
from forms_app.client.session import Session
from forms_app.client.shapes.keeping import DueCount, Erasure, PastDeletion, Retention


class RetentionOfProject:
    """How long what is kept in the token's project, for tokens of administrators."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self) -> Retention:
        """What holds now."""
        return self._session.ask(op.GET_RETENTION)

    def set(self, wanted: Retention) -> Retention:
        """Keep things for so long; what is due is deleted within the next minutes."""
        return self._session.ask(op.SET_RETENTION, body=_body(wanted))

    def preview(self, wanted: Retention) -> tuple[DueCount, ...]:
        """How much that would delete now; nothing is changed."""
        return self._session.ask(op.PREVIEW_RETENTION, body=_body(wanted)).items

    def deletions(self) -> tuple[PastDeletion, ...]:
        """The last 50 things that were deleted."""
        return self._session.ask(op.LIST_DELETIONS).items


class Erasures:
    """Forms that were deleted for good, for tokens of supervisors."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def erase(self, submission_id: int, reason: str) -> Erasure:
        """Delete a form for good: scans, readings, decisions, and exports that hold it."""
        return self._session.ask(op.ERASE_SUBMISSION, submission_id, body=json_body(reason=reason))

    def list(self) -> Iterator[Erasure]:
        """Those of the project, the newest first."""
        return self._session.each(op.LIST_ERASURES)

    def get(self, erasure_id: int) -> Erasure:
        """One of them, with its certificate."""
        return self._session.ask(op.GET_ERASURE, erasure_id)


def _body(wanted: Retention) -> Body:
    return json_body(
        scans_days=wanted.scans_days,
        crops_days=wanted.crops_days,
        values_days=wanted.values_days,
        exports_days=wanted.exports_days,
        takes_unfinished=wanted.takes_unfinished,
    )
