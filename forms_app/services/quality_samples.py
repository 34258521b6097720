"""How good is what nobody looks at: a random sample of accepted fields, keyed blind.

What a check reads differently goes to review like any doubtful field; what people decide there says
whether the machine was wrong.
"""

from __future__ import annotations

import math

from sqlalchemy.orm import Session

from forms_app.errors import ChangedMeanwhileError, ConflictError, UserError
from forms_app.intervals import wilson_interval
from forms_app.reading.types import Value
from forms_app.services.application import Application
from forms_app.services.decided_values import keyed_value
from forms_app.services.dto.quality import SampleStatus
from forms_app.services.dto.review import DecisionResult, ItemKey
from forms_app.services.field_stages import is_same_word
from forms_app.services.loading import load
from forms_app.services.locked_forms import field_of, load_for_change, result_of
from forms_app.services.seats import require_free
from forms_app.store import field_leases
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.field_leases import Seat
from forms_app.store.locks import lock_batch
from forms_app.store.models import LOCAL_USER_ID, BatchRow, QualitySampleRow, SubmissionFieldRow
from forms_app.store.quality_samples import (
    count_right_after_all,
    count_sample,
    draw,
    find_sampled,
)
from forms_app.store.reading_json import value_to_json
from forms_app.store.states import Action, FieldState, ReviewStage

SHARE = 0.02
LEAST, MOST = 20, 200
MOST_ASKED_FOR = 10_000


def sample_status(app: Application, batch_id: int) -> SampleStatus:
    """How far the sample of a batch is, and what it says."""
    with app.session() as session:
        load(session, BatchRow, batch_id)
        return _status(session, batch_id)


def draw_sample(
    app: Application, batch_id: int, size: int | None = None, user_id: int = LOCAL_USER_ID
) -> SampleStatus:
    """Draw accepted fields at random until the sample has `size` (default: what is suggested);
    what has been drawn stays.

    Raises:
        UserError: `size` is not a number of fields, or the batch has no accepted field.
    """
    if size is not None and not 1 <= size <= MOST_ASKED_FOR:
        raise UserError(f"A sample has from 1 to {MOST_ASKED_FOR:,} fields.")
    with app.session() as session:
        load(session, BatchRow, batch_id)
        # Two who draw at once would otherwise draw twice as many.
        lock_batch(session, batch_id)
        before = _status(session, batch_id)
        if not before.accepted:
            raise UserError("The machine has accepted no field of this batch by itself yet.")
        draw(session, batch_id, max(0, (size or before.suggested) - before.drawn))
        after = _status(session, batch_id)
        if after.drawn > before.drawn:
            record_event(session, "sample", "batch", batch_id, user_id, drawn=after.drawn)
        return after


def check_sampled(
    app: Application,
    key: ItemKey,
    action: str,
    value: Value = None,
    user_id: int = LOCAL_USER_ID,
    override: bool = False,
    seat: Seat | None = None,
) -> DecisionResult:
    """Keep what a person keyed of a drawn field without seeing its reading; if it is another
    value, the field goes to review. The same once more changes nothing.

    Raises:
        UserError: The value breaks the field's rule, or nothing was keyed.
        ChangedMeanwhileError: Somebody else has checked it, or it is not accepted any more.
        HeldByAnotherError: Another person has the field on screen.
    """
    if action not in (Action.CORRECT, Action.BLANK, Action.UNREADABLE):
        raise UserError("Key what you see on the paper; there is nothing to confirm.")
    with app.session() as session:
        row, submission, template = load_for_change(session, *key)
        if seat is not None:
            require_free(session, seat, key)
        sample = find_sampled(session, *key)
        keyed = keyed_value(field_of(row, template), Action(action), value, override)
        if sample is None or not _is_repeated(sample, action, keyed, user_id):
            _check(row, sample, Action(action), keyed, user_id)
        if seat is not None:
            field_leases.release(session, seat, [key])
        return result_of(session, row, submission, template)


def take_check_back(app: Application, key: ItemKey, user_id: int = LOCAL_USER_ID) -> DecisionResult:
    """As if this person had not checked the field.

    Raises:
        ConflictError: They have not, or it has been decided since.
    """
    with app.session() as session:
        row, submission, template = load_for_change(session, *key)
        sample = find_sampled(session, *key)
        if sample is None or sample.agrees is None or sample.user_id != user_id:
            raise ConflictError("You have not checked this field; there is nothing to take back.")
        if row.decision is not None:
            raise ConflictError("Somebody has decided this field since; open it in its form.")
        sample.user_id = sample.action = sample.value = sample.agrees = sample.checked_at = None
        if not row.reading.needs_review:
            row.flagged, row.state = False, FieldState.ACCEPTED
        return result_of(session, row, submission, template)


def _check(
    row: SubmissionFieldRow,
    sample: QualitySampleRow | None,
    action: Action,
    value: Value,
    user_id: int,
) -> None:
    if sample is None or sample.agrees is not None or row.state != FieldState.ACCEPTED:
        raise ChangedMeanwhileError("This field needs no check any more. It was left as it is.")
    sample.user_id, sample.action, sample.value = user_id, action, value_to_json(value)
    sample.agrees, sample.checked_at = is_same_word(row, action, value), utc_now()
    if not sample.agrees:
        row.flagged, row.state, row.stage = True, FieldState.OPEN, ReviewStage.REVIEW


def _is_repeated(sample: QualitySampleRow, action: str, value: Value, user_id: int) -> bool:
    said = (sample.user_id, sample.action, sample.value)
    return sample.agrees is not None and said == (user_id, action, value_to_json(value))


def _status(session: Session, batch_id: int) -> SampleStatus:
    counts = count_sample(session, batch_id)
    wrong = counts.differing
    if wrong:
        wrong -= count_right_after_all(session, batch_id)
    low, high = wilson_interval(wrong, counts.checked)
    suggested = min(max(math.ceil(SHARE * counts.accepted), LEAST), MOST, counts.accepted)
    return SampleStatus(counts.accepted, counts.drawn, counts.checked, wrong, low, high, suggested)
