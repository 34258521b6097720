"""What a person says of a field goes where the question came from.

The same window and keys serve for a decision, a second key, the check of a sample and a test; only
the first two are words on the field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forms_app.reading.types import Value
from forms_app.services.application import Application
from forms_app.services.decisions import decide
from forms_app.services.dto.review import DecisionResult, ItemKey, ReviewMode, Seat, SeededResult
from forms_app.services.quality_samples import check_sampled, take_check_back
from forms_app.services.seeded_errors import answer_seeded, is_seeded
from forms_app.services.taking_back import undo_decision


@dataclass(frozen=True, slots=True)
class Question:
    """What a window was showing: in which way of reviewing (None: a whole form), under which token,
    whether without anybody's word on the field, and else (`seen`) the id of the decision on it, 0
    for none."""

    mode: ReviewMode | None = None
    token: str = ""
    is_blind: bool = False
    seen: int | None = None


def answer(
    app: Application,
    question: Question,
    key: ItemKey,
    action: str,
    value: Value,
    user_id: int,
    override: bool,
    seat: Seat,
    **more: Any,
) -> DecisionResult | SeededResult:
    """Keep an answer; `more` is what `decide` takes besides.

    Raises:
        UserError: As `decide`, `check_sampled` and `answer_seeded` say.
    """
    told = answer_seeded(app, key, question.token, action, value, user_id, override)
    if told is not None:
        return told
    if question.mode is ReviewMode.SAMPLE:
        return check_sampled(app, key, action, value, user_id, override, seat)
    return decide(
        app,
        *key,
        action,
        value,
        user_id=user_id,
        override=override,
        seat=seat,
        is_blind=question.is_blind,
        seen=question.seen,
        **more,
    )


def take_answer_back(
    app: Application, question: Question, key: ItemKey, user_id: int
) -> DecisionResult | None:
    """Take the last answer to a question back; None where it was a test, which leaves nothing to
    take back.

    Raises:
        ConflictError: There is nothing to take back.
    """
    if is_seeded(app, question.token, user_id):
        return None
    if question.mode is ReviewMode.SAMPLE:
        return take_check_back(app, key, user_id)
    return undo_decision(app, *key, user_id=user_id, is_own=True)
