"""Fields that lie farther off on a laid page than the review policy takes unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.policy import ReviewPolicy

TOLERANT_KINDS = frozenset({FieldKind.IMAGE, FieldKind.SIGNATURE})
"""A picture that a person keys, or a signature that is there or not, may lie a little off."""
MOST_NAMED = 3
_LIMIT_PX = ReviewPolicy().most_residual_px


@dataclass(frozen=True, slots=True)
class LooseField:
    """A field above the review policy's residual limit; `box` in template pixels."""

    name: str
    label: str
    box: Box
    residual_px: float


def loose_fields(
    fields: Iterable[FormField], residuals_px: Mapping[str, float]
) -> tuple[LooseField, ...]:
    """Those of a page's `fields` that lie loosely, the worst first.

    Args:
        residuals_px: What is left of each field by its name, in template pixels.
    """
    found = [
        LooseField(field.name, field.label or field.name, field.extent, residuals_px[field.name])
        for field in fields
        if field.kind not in TOLERANT_KINDS and residuals_px.get(field.name, 0.0) > _LIMIT_PX
    ]
    return tuple(sorted(found, key=lambda field: -field.residual_px))


def looseness_in_words(fields: tuple[LooseField, ...]) -> str:
    """Which fields of a page lie loosely, and what to do; `fields` has the worst first.

    It is empty where an earlier version, which counted pictures and signatures, laid the page.
    """
    labels = [field.label for field in fields]
    if not fields:
        far = "A picture or signature lies off its place"
    elif len(labels) == 1:
        far = f"{labels[0]} lies {fields[0].residual_px:.1f} px off its place"
    else:
        *named, last = labels[:MOST_NAMED]
        if len(labels) > MOST_NAMED:
            named, last = labels[:MOST_NAMED], f"{len(labels) - MOST_NAMED} more"
        worst_px = fields[0].residual_px
        far = f"{', '.join(named)} and {last} lie up to {worst_px:.1f} px off their places"
    return (
        f"{far} (limit {_LIMIT_PX:.0f} px). Confirm that the print fits there all the same, or lay "
        "the page by hand."
    )
