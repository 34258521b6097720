"""When a reading is accepted without a person: a threshold for each kind of field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_app.reading.form_template import WRITTEN_KINDS, FieldKind

# Chosen from the risk curve of drawn forms that the confidence was not fitted to: of what was
# accepted, 3 of 1,570 digit fields and 2 of 584 with letters were wrong (docs/confidence.md).
WRITTEN_THRESHOLD = 0.99
"""Least confidence of a written field that is accepted unseen."""
_DEFAULT_THRESHOLDS: Mapping[FieldKind, float] = MappingProxyType(
    {
        FieldKind.DIGITS: WRITTEN_THRESHOLD,
        FieldKind.NUMBER: WRITTEN_THRESHOLD,
        FieldKind.DATE: WRITTEN_THRESHOLD,
        FieldKind.LETTERS: WRITTEN_THRESHOLD,
        FieldKind.TEXT: WRITTEN_THRESHOLD,
        FieldKind.MARK: 0.98,
        FieldKind.CHOICE: 0.98,
        FieldKind.CHOICES: 0.98,
        FieldKind.SIGNATURE: 0.90,
    }
)


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """What is accepted unseen.

    Attributes:
        thresholds: the least confidence for each kind of field.
        most_residual_px: fields laid worse than this onto the template are always reviewed.
        most_stray_ink: share of a field's ink outside the characters read, above which it is.
    """

    thresholds: Mapping[FieldKind, float] = field(default_factory=lambda: _DEFAULT_THRESHOLDS)
    most_residual_px: float = 4.0
    most_stray_ink: float = 0.20

    def threshold(self, kind: FieldKind) -> float:
        return self.thresholds.get(kind, 1.0)


def policy_for(written_threshold: float) -> ReviewPolicy:
    """The default policy with another threshold for all kinds of written fields."""
    changed = dict.fromkeys(WRITTEN_KINDS, written_threshold)
    return ReviewPolicy(MappingProxyType({**_DEFAULT_THRESHOLDS, **changed}))
