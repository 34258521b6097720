"""What became of one field of the benchmark, and when a reading counts as right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from forms_app.reading.form_template import FormField
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.types import FieldReading, Outcome, Value
from forms_app.training.synthesis.field_classes import class_of
from forms_app.training.synthesis.slips import true_outcome
from forms_app.training.synthesis.values import SampledValue

_UNMARKED = (None, False, "", ())


@dataclass(frozen=True, slots=True)
class FieldResult:
    """One field, its truth and its reading.

    `field_class` is a name of `field_classes.CLASSES`, or the name of a real form. `characters`
    and `character_errors` are the length of the written text and the edits from it to what was
    read, character by character; 0 where they are not counted. `review_first` marks readings that
    the policy sends to a person although they are confident.
    """

    submission: int
    layout: str
    profile: str
    hand: str
    field_class: str
    name: str
    slip: str
    truth: Value
    true_outcome: str
    value: Value
    outcome: str
    confidence: float
    needs_review: bool
    review_first: bool
    is_right: bool
    characters: int = 0
    character_errors: int = 0
    ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def is_right(truth: Value, outcome: Outcome, reading: FieldReading) -> bool:
    """Whether outcome and value are the truth.

    An unmarked choice counts as blank whichever way it is said; the options of `choices` have no
    order.
    """
    if truth in _UNMARKED and outcome is not Outcome.STRUCK_OUT:
        nothing = reading.outcome is Outcome.BLANK or reading.value is False
        return nothing and reading.value in _UNMARKED
    if outcome is not Outcome.READ:
        return reading.outcome is outcome
    if isinstance(truth, tuple) and isinstance(reading.value, tuple):
        return set(truth) == set(reading.value)
    return reading.outcome is Outcome.READ and reading.value == truth


def compare(
    field: FormField,
    sample: SampledValue,
    reading: FieldReading,
    where: Mapping[str, Any],
    policy: ReviewPolicy,
) -> FieldResult:
    """The result of one field; `where` holds submission, layout, profile and hand."""
    outcome = true_outcome(field, sample)
    is_comb = bool(field.cells) and outcome is Outcome.READ and not sample.slip
    written = sample.text.replace(" ", "")
    read = "".join(c.value for c in reading.characters).replace(" ", "")
    confident = reading.confidence >= policy.threshold(field.kind)
    return FieldResult(
        **where,
        field_class=class_of(field.name),
        name=field.name,
        slip=sample.slip,
        truth=None if outcome is Outcome.STRUCK_OUT else sample.value,
        true_outcome=outcome.value,
        value=reading.value,
        outcome=reading.outcome.value,
        confidence=reading.confidence,
        needs_review=reading.needs_review,
        review_first=reading.needs_review and confident,
        is_right=is_right(sample.value, outcome, reading),
        characters=len(written) if is_comb else 0,
        character_errors=edits(written, read) if is_comb else 0,
    )


def not_read(
    fields: tuple[FormField, ...], samples: Mapping[str, SampledValue], where: Mapping[str, Any]
) -> Iterator[FieldResult]:
    """The results of a page that could not be laid onto its template: all for a person."""
    for field in fields:
        reading = FieldReading(field.name, None, Outcome.MISSING_PAGE, 0.0, True)
        yield compare(field, samples[field.name], reading, where, ReviewPolicy())


def is_empty_truth(result: FieldResult) -> bool:
    """Whether nobody wrote or marked anything in the field."""
    return result.truth in _UNMARKED and result.true_outcome != Outcome.STRUCK_OUT


def edits(truth: str, read: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(read) + 1))
    for i, a in enumerate(truth, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(read, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
