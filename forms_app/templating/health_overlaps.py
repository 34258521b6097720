"""Health check: do boxes lie on one another?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.templating.findings import Finding, Severity

TOUCHING = 0.08
"""Share of the smaller box: neighbours that share a printed wall overlap by less."""
SAME_PLACE = 0.5


def overlap_findings(fields: Sequence[FormField]) -> Iterator[Finding]:
    """Fields of one page that read the same ink; pictures for a person may lie over others."""
    read = [field for field in fields if field.kind is not FieldKind.IMAGE]
    for one, other in combinations(read, 2):
        share = _shared(one, other)
        if share <= TOUCHING:
            continue
        yield Finding(
            Severity.MUST if share > SAME_PLACE else Severity.SHOULD,
            "overlap",
            f"It overlaps '{other.name}' by {share:.0%} of the smaller box: what is written there "
            "is read for both.",
            "Move or shrink one of them, or delete it if it was drawn twice.",
            one.name,
            one.page,
        )
    for field in read:
        yield from _own_parts(field)


def parts_of(field: FormField) -> tuple[Box, ...]:
    """Where ink is looked for: the boxes of a choice, the cells of a comb, else the field's box."""
    if field.options:
        return tuple(option.box for option in field.options)
    return field.cells or (field.box,)


def _shared(one: FormField, other: FormField) -> float:
    """The largest overlap of a part of each, as a share of the smaller part."""
    if one.extent.overlap(other.extent) == 0:
        return 0.0
    return max(
        a.overlap(b) / max(1.0, min(a.area, b.area)) for a in parts_of(one) for b in parts_of(other)
    )


def _own_parts(field: FormField) -> Iterator[Finding]:
    worst = max(
        (a.overlap(b) / max(1.0, min(a.area, b.area)) for a, b in combinations(parts_of(field), 2)),
        default=0.0,
    )
    if worst > 3 * TOUCHING:
        what = "options" if field.options else "cells"
        yield Finding(
            Severity.MUST if worst > SAME_PLACE else Severity.SHOULD,
            "own_overlap",
            f"Two of its {what} overlap by {worst:.0%}: a mark there counts for both.",
            f"Move the {what} apart.",
            field.name,
            field.page,
        )
