"""Where fields stand in review, and how many there are, without a look at every field.

Forms are gone through in the order of their ids, and each counts its fields: so the fields before
one are those of the forms before, and a few of its own form.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from forms_app.store.counts import count_open_fields
from forms_app.store.models import SubmissionFieldRow, SubmissionRow
from forms_app.store.open_fields import is_aside
from forms_app.store.projects import within
from forms_app.store.review_scopes import Scope, is_after, members, waiting
from forms_app.store.states import ReviewMode, ReviewStage

Field, Form = SubmissionFieldRow, SubmissionRow


def places_in_queue(
    session: Session, fields: Sequence[SubmissionFieldRow], scope: Scope
) -> list[tuple[int, int, int]]:
    """Of each field: (position from 1, fields that the scope holds, those that still wait)."""
    if not fields:
        return []
    left = count_waiting(session, scope)
    if scope.mode is ReviewMode.FORMS:
        before, total = _count_by_form(session, fields, scope)
    else:
        before, total = _count_by_field(session, fields, scope)
    return [(position + 1, total, left) for position in before]


def count_waiting(session: Session, scope: Scope) -> int:
    """How many fields of a scope still wait, whoever has them now."""
    if scope.mode is not ReviewMode.FORMS:
        return session.scalar(select(func.count()).select_from(Field).where(*waiting(scope))) or 0
    is_first_look = Field.flagged.is_(True) & (Field.stage == ReviewStage.POSTPONED)
    of_scope = within(Field.batch_id, scope.batch_id, scope.project_id)
    aside = select(func.count()).select_from(Field).where(is_aside(), ~is_first_look, *of_scope)
    is_open = count_open_fields(session, scope.batch_id, scope.project_id)
    return is_open - (session.scalar(aside) or 0)


def count_open(session: Session, batch_id: int, submission_id: int) -> tuple[int, int]:
    """Open fields of the submission and of the batch."""
    session.flush()
    of_form = session.scalar(select(Form.open_fields).where(Form.id == submission_id))
    return of_form or 0, count_open_fields(session, batch_id)


def _count_by_field(
    session: Session, fields: Sequence[SubmissionFieldRow], scope: Scope
) -> tuple[list[int], int]:
    """How many members stand before each of `fields`, and how many there are: in one pass."""
    before = [func.count().filter(~is_after(field), Field.id != field.id) for field in fields]
    total, *positions = session.execute(select(func.count(), *before).where(*members(scope))).one()
    return positions, total


def _count_by_form(
    session: Session, fields: Sequence[SubmissionFieldRow], scope: Scope
) -> tuple[list[int], int]:
    """The same of all flagged fields. Each form is looked at once, in stretches between those of
    `fields`."""
    forms = sorted({field.submission_id for field in fields})
    stretches = [Form.id < forms[0], *(Form.id.between(a, b - 1) for a, b in pairwise(forms))]
    sums = [_sum_flagged(session, scope, part) for part in [*stretches, Form.id >= forms[-1]]]
    before = {form: sum(sums[: place + 1]) for place, form in enumerate(forms)}
    own = session.execute(
        select(Field.submission_id, Field.position, Field.id).where(
            Field.submission_id.in_(forms), Field.flagged.is_(True)
        )
    ).all()
    positions = [
        before[field.submission_id]
        + sum(
            row.submission_id == field.submission_id
            and row.position <= field.position
            and row.id != field.id
            for row in own
        )
        for field in fields
    ]
    return positions, sum(sums)


def _sum_flagged(session: Session, scope: Scope, part: ColumnElement[bool]) -> int:
    # The words of the index over the forms that have any.
    has_any = Form.flagged_fields > literal_column("0")
    of_scope = within(Form.batch_id, scope.batch_id, scope.project_id)
    query = select(func.sum(Form.flagged_fields)).where(part, has_any, *of_scope)
    return int(session.scalar(query) or 0)
