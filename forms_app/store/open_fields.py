"""Fields that wait for a person, in the words of the indexes over them.

A bound parameter would do for the answer, but not for SQLite's planner, which chooses an index
over some rows only where the statement says word for word which.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, literal_column, not_, or_

from forms_app.reading.types import Outcome
from forms_app.store.models import ReadingRow, SubmissionFieldRow
from forms_app.store.states import FieldState, ReviewStage

Field, Reading = SubmissionFieldRow, ReadingRow


def is_open() -> ColumnElement[bool]:
    """Someone must look."""
    return Field.state == _word(FieldState.OPEN)


def is_aside() -> ColumnElement[bool]:
    """Open, but for something else than a first look at what the policy has flagged; postponed
    fields are aside, too."""
    return and_(is_open(), or_(Field.stage != _word(ReviewStage.REVIEW), not_(Field.flagged)))


def is_to_be_keyed() -> ColumnElement[bool]:
    """A reading of nothing: a picture for people, or writing that the machine gave up on."""
    outcomes = [_word(Outcome.READ), _word(Outcome.UNREADABLE)]
    return and_(Reading.value.is_(None), Reading.outcome.in_(outcomes))


def _word(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'")
