"""The verdict on each field: its value, how sure, and whether a person must look, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from forms_app.reading.calibration import FieldCalibration, shipped_calibration
from forms_app.reading.confidence_features import features_of
from forms_app.reading.constraints import check_value
from forms_app.reading.doubts import blank_doubts, has_lost_ink, written_doubts
from forms_app.reading.evidence import Evidence
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.types import Decoded, FieldReading, InkState, MarkReading, Outcome, Value

_CERTAIN_BLANK = 0.995
_INKED_BLANK = 0.6
_MOST_BLANK_INK = 0.01
_CLEAR = 0.5
_NO_INK = 0.001
_SLIP_WEIGHT = 0.05
_VISIBLE = 0.2
_MARK_BESIDE = "there is a mark beside the boxes"
_UNTRUSTED = 0.5
HIGH_RISK = "high risk: two people key it"
# Of 85 drawn fields with lost ink 1 was read right.
_PART_READ = 0.05


def judge_written(
    field: FormField,
    decoded: Decoded,
    evidence: Evidence,
    policy: ReviewPolicy,
    calibration: FieldCalibration | None = None,
) -> FieldReading:
    """The reading of a written field.

    Args:
        field: a field of a written kind.
        decoded: its values from `decoding.decode`.
        evidence: from `evidence.gather_evidence`.
        policy: what is accepted unseen.
        calibration: None takes the shipped one.
    """
    if decoded.outcome is Outcome.BLANK:
        return _judge_blank(field, evidence, policy)
    if decoded.outcome is Outcome.STRUCK_OUT:
        return _for_a_person(field, Outcome.STRUCK_OUT, "the writing is struck out", evidence)
    if decoded.outcome is Outcome.UNREADABLE:
        return _judge_unreadable(field, decoded, evidence)
    calibration = calibration or shipped_calibration()
    layout = field.layout or Layout.COMB
    confidence = calibration.confidence(features_of(field, decoded, evidence), layout)
    confidence = min(confidence, _PART_READ) if has_lost_ink(evidence) else confidence
    doubts = written_doubts(field, decoded, evidence, policy)
    threshold = policy.threshold(field.kind)
    needs_review = confidence < threshold or any(doubt.is_grave for doubt in doubts)
    reasons = tuple(doubt.sentence for doubt in doubts)
    if needs_review and not reasons:
        reasons = (_too_unsure(confidence, threshold),)
    return FieldReading(
        name=field.name,
        value=decoded.value,
        outcome=Outcome.READ,
        confidence=confidence,
        needs_review=needs_review,
        reasons=reasons if needs_review else (),
        alternatives=decoded.candidates[1:],
        characters=decoded.characters,
        residual_px=evidence.residual_px,
    )


def judge_mark(
    field: FormField,
    mark: MarkReading,
    residual_px: float | None,
    policy: ReviewPolicy,
    is_beside: bool = False,
) -> FieldReading:
    """The reading of a single mark or a signature: True or False.

    `is_beside`: there is a mark beside the box (`stray_marks`), for a person to judge.
    """
    value = mark.probability >= _CLEAR and mark.state is not InkState.STRUCK_OUT
    probability = _settled(mark)
    confidence = max(probability, 1 - probability)
    what = "signature" if field.kind is FieldKind.SIGNATURE else "mark"
    reasons = []
    if confidence < policy.threshold(field.kind):
        reasons.append(f"it is doubtful whether there is a {what} ({mark.probability:.0%})")
    if mark.state is InkState.STRUCK_OUT:
        reasons.append(f"the {what} seems to be struck out")
    reasons += [_MARK_BESIDE] * is_beside
    reasons += check_value(field, value)
    return _verdict(field, value, Outcome.READ, confidence, reasons, residual_px, policy)


def judge_choice(
    field: FormField,
    marks: Sequence[MarkReading],
    residual_px: float | None,
    policy: ReviewPolicy,
    is_beside: bool = False,
) -> FieldReading:
    """The reading of a choice (one option) or choices (any number), one mark for each option.

    `is_beside`: there is a mark beside the boxes (`stray_marks`), for a person to judge.
    """
    marked = {
        option.value: mark.probability
        for option, mark in zip(field.options, marks, strict=True)
        if mark.probability >= _CLEAR and mark.state is not InkState.STRUCK_OUT
    }
    chosen = tuple(marked)
    confidence = _choice_confidence(field.kind, [_settled(mark) for mark in marks], len(chosen))
    value: Value = chosen
    if field.kind is FieldKind.CHOICE:
        value = max(marked, key=marked.__getitem__) if marked else None
    reasons = _choice_reasons(field, marks, chosen, confidence, policy)
    reasons += [_MARK_BESIDE] * is_beside
    reasons += check_value(field, value)
    outcome = Outcome.READ if chosen else Outcome.BLANK
    return _verdict(field, value, outcome, confidence, reasons, residual_px, policy)


def judge_image(
    field: FormField, ink_share: float, residual_px: float | None, policy: ReviewPolicy
) -> FieldReading:
    """An image field: blank, or for a person to key."""
    if ink_share <= _MOST_BLANK_INK / 4:
        reasons = list(check_value(field, None))
        return _verdict(field, None, Outcome.BLANK, _CERTAIN_BLANK, reasons, residual_px, policy)
    return FieldReading(
        field.name,
        None,
        Outcome.READ,
        0.0,
        True,
        ("to be keyed by a person",),
        residual_px=residual_px,
    )


def without_trust(reading: FieldReading, reason: str) -> FieldReading:
    """The same reading for a person, whatever it says: its scan cannot be trusted."""
    return replace(
        reading,
        confidence=min(reading.confidence, _UNTRUSTED),
        needs_review=True,
        reasons=(*reading.reasons, reason),
    )


def _too_unsure(confidence: float, threshold: float) -> str:
    # Rounded down, so that what falls short never looks as if it did not.
    certain = math.floor(1000 * confidence) / 10
    return f"the reading is {certain:g}% certain, {100 * threshold:g}% are asked for"


def with_second_key(reading: FieldReading) -> FieldReading:
    """The same reading for people, however sure it is: two of them are to key the field."""
    return replace(reading, needs_review=True, reasons=(*reading.reasons, HIGH_RISK))


def missing_page(field: FormField) -> FieldReading:
    """The reading of a field whose page is not there: a person must say whether it was lost."""
    reasons = (f"page {field.page} of the form is missing",)
    return FieldReading(field.name, None, Outcome.MISSING_PAGE, 1.0, True, reasons)


def _judge_blank(field: FormField, evidence: Evidence, policy: ReviewPolicy) -> FieldReading:
    reasons = blank_doubts(field, evidence, _MOST_BLANK_INK)
    confidence = _CERTAIN_BLANK if evidence.ink_share <= _MOST_BLANK_INK else _INKED_BLANK
    confidence = _PART_READ if has_lost_ink(evidence) else confidence
    return _verdict(field, None, Outcome.BLANK, confidence, reasons, evidence.residual_px, policy)


def _judge_unreadable(field: FormField, decoded: Decoded, evidence: Evidence) -> FieldReading:
    return FieldReading(
        name=field.name,
        value=None,
        outcome=Outcome.UNREADABLE,
        confidence=0.0,
        needs_review=True,
        reasons=("the writing could not be read",),
        alternatives=decoded.candidates,
        characters=decoded.characters,
        residual_px=evidence.residual_px,
    )


def _for_a_person(
    field: FormField, outcome: Outcome, reason: str, evidence: Evidence
) -> FieldReading:
    return FieldReading(
        field.name, None, outcome, 0.5, True, (reason,), residual_px=evidence.residual_px
    )


def _verdict(
    field: FormField,
    value: Value,
    outcome: Outcome,
    confidence: float,
    reasons: Sequence[str],
    residual_px: float | None,
    policy: ReviewPolicy,
) -> FieldReading:
    """A reading that is reviewed for any reason, a low confidence or a badly laid page."""
    found = list(reasons)
    if residual_px is not None and residual_px > policy.most_residual_px:
        found.append(f"the page is {residual_px:.1f} px off its template here")
    threshold = policy.threshold(field.kind)
    if not found and confidence < min(threshold, _CERTAIN_BLANK):
        found.append(_too_unsure(confidence, threshold))
    return FieldReading(
        name=field.name,
        value=value,
        outcome=outcome,
        confidence=confidence,
        needs_review=bool(found),
        reasons=tuple(found),
        residual_px=residual_px,
    )


def _settled(mark: MarkReading) -> float:
    """Probability that the option is meant; a box without any ink is surely empty."""
    return _NO_INK if mark.fill <= 0 else mark.probability


def _choice_confidence(kind: FieldKind, meant: Sequence[float], chosen: int) -> float:
    """The probability of what was chosen.

    Options of `choices` are independent. In a `choice` people mark one box or none; several are a
    slip, weighed accordingly, so that one clear mark settles the other boxes.
    """
    most_likely = math.prod(max(p, 1 - p) for p in meant)
    if kind is FieldKind.CHOICES:
        return most_likely
    none = math.prod(1 - p for p in meant)
    single = math.fsum(p * none / (1 - p) for p in meant)
    several = _SLIP_WEIGHT * max(0.0, 1 - none - single)
    weight = _SLIP_WEIGHT if chosen > 1 else 1.0
    return min(1.0, weight * most_likely / (none + single + several))


def _choice_reasons(
    field: FormField,
    marks: Sequence[MarkReading],
    chosen: Sequence[str],
    confidence: float,
    policy: ReviewPolicy,
) -> list[str]:
    reasons = []
    if field.kind is FieldKind.CHOICE and len(chosen) > 1:
        reasons.append(f"{len(chosen)} boxes are marked: {', '.join(chosen)}")
    if confidence < policy.threshold(field.kind):
        pairs = zip(field.options, marks, strict=True)
        for option, mark in pairs:
            if _VISIBLE / 4 <= mark.probability <= 1 - _VISIBLE / 4:
                reasons.append(f"the mark at '{option.value}' is doubtful ({mark.probability:.0%})")
    for option, mark in zip(field.options, marks, strict=True):
        if mark.state is InkState.STRUCK_OUT and not chosen:
            reasons.append(f"the mark at '{option.value}' is struck out")
    return reasons
