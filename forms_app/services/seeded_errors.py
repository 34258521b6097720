"""Now and then somebody is shown a decided field with a wrong value, to see whether they notice.

To them it is a field like any other. What they answer is kept beside the wrong value and goes
nowhere else: no decision, no reading and no export ever sees it.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.reading.form_template import FormField
from forms_app.reading.plausible_errors import Misreading, misread
from forms_app.reading.types import Outcome, Value
from forms_app.services.application import Application
from forms_app.services.batch_templates import plan_of_form
from forms_app.services.decided_values import keyed_value
from forms_app.services.dto.review import ItemKey, ReviewItem, Scope, SeededResult
from forms_app.services.field_values import MACHINE, current_value
from forms_app.services.loading import load
from forms_app.services.locked_forms import field_of, load_for_change
from forms_app.services.review import item_of
from forms_app.store.base import utc_now
from forms_app.store.models import SeededErrorRow, SubmissionFieldRow, SubmissionRow
from forms_app.store.reading_json import character_from_json, value_from_json, value_to_json
from forms_app.store.review_scopes import waiting
from forms_app.store.seeded_errors import decided_fields, find_seeded, range_of_forms
from forms_app.store.states import Action, FieldState, ReviewMode, ReviewStage

MISSED = "This one was a test: its value had been changed on purpose. Nothing was stored."
CAUGHT = "Well spotted: that one was a test. Nothing was stored."
# Ways of reviewing in which a value is shown to be looked at.
WITH_VALUES = frozenset({ReviewMode.FORMS, ReviewMode.FIELD})
TRIES = 20
TOKEN_BYTES = 8

_chance = random.SystemRandom()


def new_token() -> str:
    """What an ordinary field carries, so that it looks like a seeded one."""
    return secrets.token_hex(TOKEN_BYTES)


def mixed_in(
    session: Session,
    scope: Scope,
    items: Sequence[ReviewItem],
    after: SubmissionFieldRow | None,
    every: int,
) -> tuple[ReviewItem, ...]:
    """`items` with a seeded error before about one in `every`; none where that is 0.

    They stand where another form begins, as any field of one form might, and always before one of
    `items`: what is handed out next goes on from the last.
    """
    if every == 0 or scope.mode not in WITH_VALUES:
        return tuple(items)
    mixed: list[ReviewItem] = []
    form = after.submission_id if after else None
    for item in items:
        if item.key.submission_id != form:
            form = item.key.submission_id
            if _chance.random() * every < _fields_of(session, scope, form):
                mixed += _seeded(session, scope, item)
        mixed.append(item)
    return tuple(mixed)


def answer_seeded(
    app: Application,
    key: ItemKey,
    token: str,
    action: str,
    value: Value,
    user_id: int,
    override: bool = False,
) -> SeededResult | None:
    """Keep what a person says of a seeded error; None where the token is not of one. The first
    answer counts.

    Raises:
        UserError: The value breaks the field's rule, as it would be told of any other field.
    """
    with app.session() as session:
        seeded = find_seeded(session, token, user_id)
        if seeded is None or (seeded.submission_id, seeded.field_name) != key:
            return None
        if seeded.missed is None:
            row, _, template = load_for_change(session, *key)
            _answer(seeded, field_of(row, template), Action(action), value, override)
        return SeededResult(bool(seeded.missed), MISSED if seeded.missed else CAUGHT)


def is_seeded(app: Application, token: str, user_id: int) -> bool:
    """Whether a person was shown a seeded error under this token."""
    with app.session() as session:
        return find_seeded(session, token, user_id) is not None


def _answer(
    seeded: SeededErrorRow, field: FormField, action: Action, value: Value, override: bool
) -> None:
    shown = value_from_json(seeded.shown)
    answer = shown if action == Action.CONFIRM else keyed_value(field, action, value, override)
    seeded.action, seeded.answer = action, value_to_json(answer)
    seeded.missed = answer == shown
    seeded.answered_at = utc_now()


def _fields_of(session: Session, scope: Scope, submission_id: int) -> int:
    """How many fields the person goes through before the next form begins."""
    if scope.mode is ReviewMode.FIELD:
        return 1
    of_form = SubmissionFieldRow.submission_id == submission_id
    return session.scalar(select(func.count()).where(*waiting(scope), of_form)) or 0


def _seeded(session: Session, scope: Scope, before: ReviewItem) -> list[ReviewItem]:
    """A seeded error in the place of the field that it stands before; none where none is to be
    had."""
    for row in _candidates(session, scope, before.batch_id):
        template = plan_of_form(session, load(session, SubmissionRow, row.submission_id)).template
        field = field_of(row, template)
        is_ruled = any(row.field_name in rule.involved for rule in template.rules)
        read_as = tuple(character_from_json(data) for data in row.reading.characters)
        wrong = misread(field, current_value(row), read_as)
        if wrong is None or is_ruled or field.second_key:
            continue
        seeded = SeededErrorRow(
            submission_id=row.submission_id,
            batch_id=row.batch_id,
            field_name=row.field_name,
            user_id=scope.user_id,
            token=new_token(),
            truth=value_to_json(current_value(row)),
            shown=value_to_json(wrong.value),
        )
        session.add(seeded)
        return [_as_if_open(item_of(session, row, scope), wrong, before, seeded.token)]
    return []


def _candidates(session: Session, scope: Scope, batch_id: int) -> Iterator[SubmissionFieldRow]:
    """Decided fields from a random form on, and round; others' before the person's own."""
    start = _chance.randint(*range_of_forms(session, batch_id))
    for is_own in (False, True):
        for from_form in (start, 0):
            rows = list(
                decided_fields(
                    session, batch_id, scope.field_name, scope.user_id, is_own, from_form, TRIES
                )
            )
            # Else the first fields of forms would be the only ones.
            _chance.shuffle(rows)
            yield from rows


def _as_if_open(item: ReviewItem, wrong: Misreading, before: ReviewItem, token: str) -> ReviewItem:
    """The decided field as if it had been read so, and nobody had looked at it."""
    reading, truth = item.current.reading, item.current.value
    characters = tuple(
        replace(shown, value=read.value, alternatives=read.alternatives)
        for shown, read in zip(reading.characters, wrong.characters, strict=False)
    )
    others = tuple(
        (truth if value == wrong.value else value, probability)
        for value, probability in reading.alternatives
    )
    current = replace(
        item.current,
        value=wrong.value,
        outcome=Outcome.READ,
        state=FieldState.OPEN,
        provenance=MACHINE,
        reading=replace(reading, value=wrong.value, characters=characters, alternatives=others),
        decision=None,
        proposal=None,
    )
    return replace(
        item,
        current=current,
        stage=ReviewStage.REVIEW,
        position=before.position,
        total=before.total,
        open_count=before.open_count,
        token=token,
    )
