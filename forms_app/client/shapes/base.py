"""What all shapes share: values, boxes, JSON that belongs to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Value: TypeAlias = str | bool | tuple[str, ...] | None
"""Of a field: text, true or false, several options, or nothing."""

JsonObject: TypeAlias = Mapping[str, object]
"""JSON that another page of the manual describes, such as a template file."""


class Box(NamedTuple):
    """A rectangle in pixels."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Weighed:
    """Something that may stand there, and how likely that is (0 to 1)."""

    value: Value
    probability: float
