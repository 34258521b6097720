"""What stands on a blank form: the truth that detection is measured against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from forms_app.reading.geometry import Box


@dataclass
class Truth:
    """What stands on a page, in pixels of it; `combs` with the box of each cell."""

    combs: list[tuple[Box, ...]] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)
    lines: list[Box] = field(default_factory=list)
    groups: list[tuple[int, ...]] = field(default_factory=list)
    """Marks (places in `marks`) that belong to one choice."""
    labels: dict[str, str] = field(default_factory=dict)
    """Label by `combs:0`, `marks:3`, `lines:2`."""

    def moved(self, move: Callable[[Box], Box]) -> Truth:
        return Truth(
            [tuple(map(move, cells)) for cells in self.combs],
            list(map(move, self.marks)),
            list(map(move, self.lines)),
            self.groups,
            self.labels,
        )
