"""What lies around a field in review: whose it is, the form before, what its form still needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.reading.types import Value
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, ReviewItem, Scope, Seat
from forms_app.services.field_values import current_value
from forms_app.services.item_views import is_blind_to
from forms_app.services.page_queue import form_labels
from forms_app.services.review import get_item, require_field
from forms_app.services.seats import held_by
from forms_app.store import field_leases
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.review_scopes import in_order, waiting
from forms_app.store.states import ReviewMode

Field = SubmissionFieldRow


@dataclass(frozen=True, slots=True)
class FormerValue:
    """What a field holds in the form before."""

    value: Value
    form_label: str


def take_field(app: Application, key: ItemKey, scope: Scope | None, seat: Seat) -> ReviewItem:
    """The field for this window alone, as by a link or to take a decision back; where another
    person has it already the item says who.

    Args:
        scope: What the window goes through; None where that is one form.

    Raises:
        NotFoundError: There is no such field, or it has not been read yet.
    """
    item = get_item(app, *key, scope, seat.user_id)
    mode = scope.mode if scope else ReviewMode.FORMS
    with app.session() as session:
        wanted = [Field.submission_id == key.submission_id, Field.field_name == key.field_name]
        lease_s = app.settings.review_lease_seconds
        field_leases.claim(session, seat, mode, wanted, [], 1, lease_s)
        return replace(item, held_by=held_by(session, seat, key))


def value_before(app: Application, key: ItemKey, scope: Scope) -> FormerValue | None:
    """The field's value in the form before, of the same batch; None where there is none, or where
    the person of `scope` is not to know it.

    Raises:
        NotFoundError: There is no such field.
    """
    with app.session() as session:
        former = _former(session, require_field(session, *key))
        if former is None or is_blind_to(session, former, scope):
            return None
        label = form_labels(session, {former.submission_id})[former.submission_id]
        return FormerValue(current_value(former), label)


def waiting_in_form(app: Application, submission_id: int, scope: Scope) -> list[ItemKey]:
    """Which fields of a form still wait in `scope`, in its order."""
    with app.session() as session:
        rows = session.scalars(
            select(Field)
            .where(*waiting(scope), Field.submission_id == submission_id)
            .order_by(*in_order())
        )
        return [ItemKey(row.submission_id, row.field_name) for row in rows]


def _former(session: Session, row: SubmissionFieldRow) -> SubmissionFieldRow | None:
    return session.scalar(
        select(Field)
        .where(
            Field.batch_id == row.batch_id,
            Field.field_name == row.field_name,
            Field.submission_id < row.submission_id,
        )
        .order_by(Field.submission_id.desc())
        .limit(1)
    )
