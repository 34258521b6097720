"""What the calibration looks at: a field's reading and its evidence as a few numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from forms_app.reading.alphabets import SAME_SHAPES
from forms_app.reading.calibration import Features, log_odds
from forms_app.reading.evidence import Evidence
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.types import CharacterReading, Decoded

_NO_RUNNER_UP = 9.0
_NO_RIVAL = 1e-5
_MUCH_STRAY_INK = 0.05
_UNKNOWN_RESIDUAL_PX = 1.0


def features_of(field: FormField, decoded: Decoded, evidence: Evidence) -> Features:
    """The calibration's view of a field that was read."""
    probabilities = [probability for _, probability in decoded.candidates] or [0.0]
    best, second = probabilities[0], probabilities[1] if len(probabilities) > 1 else 0.0
    margin = math.log(max(best, 1e-4) / second) if second > 0 else _NO_RUNNER_UP
    written = [c for c in decoded.characters if c.box is not None]
    seen = [shape_probability(field, c) for c in written] or [0.0]
    residual = evidence.residual_px
    return Features(
        value_log_odds=log_odds(best),
        margin=min(margin, _NO_RUNNER_UP),
        weakest_log_odds=log_odds(min(seen)),
        forced=forced_share(field, decoded),
        stray_ink=min(1.0, evidence.stray_ink / _MUCH_STRAY_INK),
        residual_px=_UNKNOWN_RESIDUAL_PX if residual is None else min(residual, 10.0),
        length=math.log(len(seen)),
        rivals=_rivals(decoded),
        smallest=_smallest(written),
    )


def _rivals(decoded: Decoded) -> float:
    """Log of the summed probability of other values that are as long as the best one."""
    alike = (p for value, p in decoded.candidates[1:] if len(value) == len(decoded.value))
    return math.log(max(_NO_RIVAL, math.fsum(alike)))


def _smallest(written: Sequence[CharacterReading]) -> float:
    """Height of the smallest letter or digit in heights of the usual one; a comma that was read as
    a 1, or half of a broken character, is small."""
    heights = [c.box.height for c in written if c.box is not None and c.value.isalnum()]
    return min(heights) / max(1.0, median(heights)) if heights else 1.0


def shape_probability(field: FormField, character: CharacterReading) -> float:
    """The probability of a character's shape.

    Where a pattern or list says what stands at each place, a 0 and an O are one shape.
    """
    rule = field.constraints
    if rule.pattern is None and not rule.values:
        return character.probability
    twins = next((shapes for shapes in SAME_SHAPES if character.value in shapes), "")
    others = (p for value, p in character.alternatives if value in twins)
    return min(1.0, character.probability + math.fsum(others))


def forced_share(field: FormField, decoded: Decoded) -> float:
    """Share of characters that differ from what the classifier alone reads, case aside.

    Digits that share their shape with a letter (0 and O, 1 and l) are not forced.
    """
    read = _shapes("".join(c.value for c in decoded.characters if c.box is not None), field)
    alone = _shapes(decoded.unconstrained, field)
    if not read or len(read) != len(alone):
        return 1.0 if read != alone else 0.0
    return sum(a != b for a, b in zip(read, alone, strict=True)) / len(read)


def _shapes(text: str, field: FormField) -> str:
    text = text.casefold()
    if field.kind in {FieldKind.DIGITS, FieldKind.DATE, FieldKind.NUMBER}:
        return text.translate(_DIGIT_SHAPES)
    return text.translate(_LETTER_SHAPES)


_DIGIT_SHAPES = str.maketrans("oilszbqg", "01152699")
_LETTER_SHAPES = str.maketrans("015", "ois")
