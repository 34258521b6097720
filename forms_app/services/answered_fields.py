"""What is said of the glyphs of a field, and what it settles.

A field is confirmed once every character that it is doubted for was called right; one of which a
glyph was picked out waits for a person in the station. Any other reason for review does so too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.reading.character_doubts import is_of_characters, places_to_look_at
from forms_app.reading.cross_rules import RuleState
from forms_app.reading.form_template import FieldKind, FormField, FormTemplate
from forms_app.reading.types import Value
from forms_app.services.decisions import write_decision
from forms_app.services.dto.glyph_sheets import EMPTY, TICKED, GlyphAnswer
from forms_app.services.dto.review import Effort
from forms_app.services.guards import require_keyed
from forms_app.services.reasons_of_people import reasons_of_people
from forms_app.services.rule_checks import rows_of, rule_checks
from forms_app.services.taking_back import take_back
from forms_app.store.glyph_checks import (
    SaidOfGlyph,
    checks_of,
    drop_checks,
    has_open_note,
    keep_checks,
)
from forms_app.store.models import ReadingRow, SubmissionFieldRow
from forms_app.store.reading_json import (
    alternatives_from_json,
    character_from_json,
    value_from_json,
)
from forms_app.store.review_scopes import FIRST_LOOK
from forms_app.store.states import Action, FieldState

SHEET_MODE = "sheet"
BY_SHEET = Effort(mode=SHEET_MODE)

Checks = Mapping[int, tuple[bool, int]]
"""Of each place: whether it is right, and who says so."""


class AnsweredFields:
    """The fields of one locked form, as one person answers for their glyphs."""

    def __init__(
        self, session: Session, template: FormTemplate, user_id: int, counts: Counter[str]
    ) -> None:
        self._session, self._template = session, template
        self._user_id, self._counts = user_id, counts
        self._fields = {field.name: field for field in template.fields}

    def answer(self, row: SubmissionFieldRow, said: Sequence[GlyphAnswer]) -> None:
        """Keep what is said of a field's glyphs, and decide or open it where that settles it."""
        read_as = _characters_of(self._fields[row.field_name], row.reading)
        is_there = all(0 <= answer.place < len(read_as) for answer in said)
        if not is_there or self._is_anothers(row):
            self._counts["left_alone"] += 1
            return
        wrong = sum(not answer.is_right for answer in said)
        self._counts.update(wrong=wrong, right=len(said) - wrong)
        glyphs = [
            SaidOfGlyph(answer.place, read_as[answer.place], answer.is_right) for answer in said
        ]
        checks = self._checks(row)
        new = {glyph.place: (glyph.is_right, self._user_id) for glyph in glyphs}
        if new.items() <= checks.items():
            self._count_as(row, checks)
            return
        keep_checks(self._session, row, glyphs, self._user_id)
        if row.decision is not None and wrong:
            take_back(self._session, row, self._template, self._user_id)
        if row.decision is None:
            self._settle(row, {**checks, **new})
            self._count_as(row, {**checks, **new})

    def take_back(self, row: SubmissionFieldRow, said: Sequence[GlyphAnswer]) -> None:
        """As if this person had not said it."""
        if self._is_anothers(row):
            self._counts["left_alone"] += 1
            return
        if row.decision is not None:
            take_back(self._session, row, self._template, self._user_id)
        drop_checks(self._session, row, [answer.place for answer in said], self._user_id)
        is_wanted = self._is_sent(row)
        if not (row.reading.needs_review or is_wanted or self._is_broken(row)):
            row.flagged, row.state = False, FieldState.ACCEPTED

    def _is_anothers(self, row: SubmissionFieldRow) -> bool:
        """Decided otherwise than by this person's sheets, or for somebody else to look at."""
        if row.decision is None:
            return row.state == FieldState.OPEN and row.stage not in FIRST_LOOK
        return (row.decision.user_id, row.decision.mode) != (self._user_id, SHEET_MODE)

    def _checks(self, row: SubmissionFieldRow) -> Checks:
        found = checks_of(self._session, row)
        return {place: (check.is_right, check.user_id) for place, check in found.items()}

    def _settle(self, row: SubmissionFieldRow, checks: Checks) -> None:
        """Decide an undecided field, open it for the station, or leave it as it is."""
        if _has_wrong(checks):
            is_mark = self._fields[row.field_name].kind is FieldKind.MARK
            if not (is_mark and self._is_of_glyphs(row) and self._decide(row, Action.CORRECT)):
                row.flagged, row.state = True, FieldState.OPEN
        elif row.state == FieldState.OPEN and self._is_settled(row, checks.keys()):
            self._decide(row, Action.CONFIRM)

    def _decide(self, row: SubmissionFieldRow, action: Action) -> bool:
        """Whether the decision may be made here; a mark is corrected to its other value.

        What is very doubtful is typed in the station, and what breaks a rule is kept there.
        """
        value = not row.reading.value if action is Action.CORRECT else None
        try:
            if action is Action.CONFIRM:
                require_keyed(row, ())
            write_decision(
                self._session, row, self._template, action, value, self._user_id, effort=BY_SHEET
            )
        except UserError:
            return False
        return True

    def _is_settled(self, row: SubmissionFieldRow, right: Set[int]) -> bool:
        field, reading = self._fields[row.field_name], row.reading
        if not (reading.reasons and self._is_of_glyphs(row)) or self._is_sent(row):
            return False
        if field.is_written:
            characters = [character_from_json(data) for data in reading.characters]
            rivals = [value for value, _ in alternatives_from_json(reading.alternatives)]
            wanted = places_to_look_at(field, characters, reading.reasons, rivals)
        else:
            wanted = frozenset(range(max(1, len(field.options))))
        return wanted is not None and wanted <= right

    def _is_of_glyphs(self, row: SubmissionFieldRow) -> bool:
        """Whether nothing but its characters or marks is doubted of a field."""
        return (
            all(is_of_characters(reason) for reason in row.reading.reasons)
            and not self._is_broken(row)
            and not has_open_note(self._session, row.submission_id, row.field_name)
        )

    def _is_sent(self, row: SubmissionFieldRow) -> bool:
        """Whether people have sent the field to the station."""
        return row.field_name in reasons_of_people(self._session, row.submission_id)

    def _is_broken(self, row: SubmissionFieldRow) -> bool:
        """Whether the field is of a rule over several fields that its form breaks."""
        if not self._template.rules:
            return False
        checks = rule_checks(self._template, rows_of(self._session, row.submission_id))
        return any(
            check.state == RuleState.BROKEN and row.field_name in dict(check.fields)
            for check in checks
        )

    def _count_as(self, row: SubmissionFieldRow, checks: Checks) -> None:
        if row.decision is not None:
            is_corrected = row.decision.action == Action.CORRECT
            self._counts["corrected" if is_corrected else "decided"] += 1
        elif _has_wrong(checks):
            self._counts["opened"] += 1


def _has_wrong(checks: Checks) -> bool:
    return any(not is_right for is_right, _ in checks.values())


def _characters_of(field: FormField, reading: ReadingRow) -> Sequence[str]:
    """As what each glyph of a field was read."""
    if field.is_written:
        return [character["value"] for character in reading.characters]
    value = value_from_json(reading.value)
    chosen = value if isinstance(value, tuple) else (value,)
    boxes: Sequence[Value] = [option.value for option in field.options] or [True]
    return [TICKED if box in chosen else EMPTY for box in boxes]
