"""How one box stands to many others."""

from __future__ import annotations

from collections.abc import Sequence

from forms_app.reading.geometry import Box


def overlaps(box: Box, others: Sequence[Box], share: float = 0.0) -> bool:
    """Whether one of the others covers more than a share of the box."""
    return any(box.overlap(other) > share * box.area for other in others)


def free(boxes: Sequence[Box], taken: Sequence[Box]) -> list[Box]:
    """Boxes that are nothing yet and hold nothing yet: neither covers half of the other."""
    return [b for b in boxes if not any(b.overlap(t) > 0.5 * min(b.area, t.area) for t in taken)]


def innermost(boxes: Sequence[Box]) -> list[Box]:
    """Boxes without a smaller one in them."""
    return [
        b
        for b in boxes
        if not any(o is not b and o.area < b.area and b.expanded(2).contains(o) for o in boxes)
    ]
