"""Why a reading is doubtful, in sentences for the person who reviews it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forms_app.reading.confidence_features import forced_share, shape_probability
from forms_app.reading.constraints import check_value
from forms_app.reading.evidence import Evidence
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.types import CharacterReading, Decoded

_DOUBTFUL = 0.85
_LESS_LIKELY_THAN_NOT = 0.5
_CLOSE_RIVAL = 0.05
# Share of a cell's ink beside its character: less is a speck, except where a point counts.
_BESIDE = 0.05
_NAMED_RESIDUAL_PX = 2.0
# Lost writing, in multiples of the ink. Chosen on 317 drawn forms: it doubts all 48 values and
# blanks that were accepted and wrong there, and 1 of 4,831 fields that were read right.
_LOST = 0.05
_LOST_INK = "there is writing in the scan that was taken for print or paper"
# On 317 drawn forms the two patterns below were in six readings, each of them wrong. A point within
# a word, or after a space; "ST. JOHN" has neither.
_STRAY_POINT = re.compile(r"[.,:;]\w|(^|\s)[.,:;]")
# "1.103,95" without its comma has five.
_MOST_DECIMALS = 3
_TIGHT_KINDS = frozenset({FieldKind.DIGITS, FieldKind.NUMBER, FieldKind.DATE})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sentence; a grave one sends the field to review whatever its confidence."""

    sentence: str
    is_grave: bool = False


def written_doubts(
    field: FormField, decoded: Decoded, evidence: Evidence, policy: ReviewPolicy
) -> tuple[Doubt, ...]:
    """Everything doubtful about a reading, the gravest kind of doubt first."""
    return (
        *(Doubt(problem, True) for problem in decoded.problems),
        *_layout_doubts(field, evidence, policy),
        *_point_doubts(field, decoded),
        *_forced(field, decoded),
        *_doubtful_characters(field, decoded),
        *_rivals(decoded),
    )


def blank_doubts(field: FormField, evidence: Evidence, most_ink: float) -> list[str]:
    """What speaks against accepting an empty field."""
    doubts = list(check_value(field, None))
    if evidence.ink_share > most_ink:
        doubts.append("there is ink in the field although nothing was read")
    if has_lost_ink(evidence):
        doubts.append(_LOST_INK)
    return doubts


def has_lost_ink(evidence: Evidence) -> bool:
    """Whether writing shows in the scan that is not in the ink: what was read is a part of it."""
    return evidence.lost_ink > _LOST


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _layout_doubts(field: FormField, evidence: Evidence, policy: ReviewPolicy) -> Iterator[Doubt]:
    if evidence.struck_cells:
        yield Doubt("a character is struck out", True)
    elif evidence.perhaps_struck:
        yield Doubt("a character may be struck out", True)
    if evidence.inner_gaps and (field.kind in _TIGHT_KINDS):
        yield Doubt("there is an empty cell between the characters", True)
    elif evidence.lone_letters:
        yield Doubt("an empty cell parts a single character from the others", True)
    if evidence.beside > (0.0 if field.kind is FieldKind.NUMBER else _BESIDE):
        yield Doubt("two characters seem to share a cell", True)
    if evidence.bars_on_print:
        yield Doubt("a printed line may hide the top of a character read as a bar", True)
    if has_lost_ink(evidence):
        yield Doubt(_LOST_INK, True)
    if evidence.stray_ink > policy.most_stray_ink:
        yield Doubt(f"{evidence.stray_ink:.0%} of the ink belongs to no character read", True)
    residual = evidence.residual_px
    if residual is not None and residual > _NAMED_RESIDUAL_PX:
        sentence = f"the page is {residual:.1f} px off its template here"
        yield Doubt(sentence, residual > policy.most_residual_px)


def _point_doubts(field: FormField, decoded: Decoded) -> Iterator[Doubt]:
    """Points that hardly anybody writes: specks between letters, numbers that lost a comma."""
    if field.kind is FieldKind.LETTERS and _STRAY_POINT.search(decoded.value):
        yield Doubt("a point among the letters may be a speck", True)
    if field.kind is FieldKind.NUMBER and len(decoded.value.partition(".")[2]) > _MOST_DECIMALS:
        yield Doubt("a point or comma of the number may have been missed", True)


def _forced(field: FormField, decoded: Decoded) -> Iterator[Doubt]:
    if decoded.satisfied and forced_share(field, decoded) > 0:
        yield Doubt(f"by itself the writing looks like '{decoded.unconstrained}'")


def _doubtful_characters(field: FormField, decoded: Decoded) -> Iterator[Doubt]:
    """Characters to look at; one that is less likely than not was forced by its neighbours."""
    for number, character in enumerate(decoded.characters, start=1):
        if character.box is None:
            continue
        probability = shape_probability(field, character)
        if probability < _DOUBTFUL:
            yield Doubt(_doubtful(number, character), probability < _LESS_LIKELY_THAN_NOT)


def _doubtful(number: int, character: CharacterReading) -> str:
    ranked = [(character.value, character.probability), *character.alternatives[:2]]
    listed = ", ".join(f"{value} {probability:.0%}" for value, probability in ranked)
    return f"{ordinal(number)} character is doubtful: {listed}"


def _rivals(decoded: Decoded) -> Iterator[Doubt]:
    for value, probability in decoded.candidates[1:2]:
        if probability >= _CLOSE_RIVAL:
            yield Doubt(f"it could also be '{value}' ({probability:.0%})")
