"""When a reading is accepted without a person: a threshold for each kind of field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_app.reading.form_template import FieldKind

# Conservative: a wrong value accepted unseen costs more than a minute of review.
_DEFAULT_THRESHOLDS: Mapping[FieldKind, float] = MappingProxyType(
    {
        FieldKind.DIGITS: 0.99,
        FieldKind.NUMBER: 0.99,
        FieldKind.DATE: 0.99,
        FieldKind.LETTERS: 0.99,
        FieldKind.TEXT: 0.99,
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
