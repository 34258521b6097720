"""How a person laid a page: kept with its row, and done by the align step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forms_app.errors import UserError
from forms_app.reading.hand_placement import LEAST_POINTS, PlacedPoint

MOST_POINTS = 40
REACH = 1.0
"""A point may lie this far beyond the scan or the template, in shares of its sides."""


@dataclass(frozen=True, slots=True)
class PagePlacement:
    """A person's points for one template page; `is_confirmed` when the person has looked at the
    overlay and takes it, though the refinement did not pass its check."""

    version_id: int
    template_page: int
    points: tuple[PlacedPoint, ...]
    is_confirmed: bool = False


def placement_of(
    version_id: int, template_page: int, points: Sequence[Sequence[float]], is_confirmed: bool
) -> PagePlacement:
    """A placement from points `[x share, y share, x px, y px]` as a page's script sends them.

    Raises:
        UserError: There are too few or too many of them, or one is no point.
    """
    if not LEAST_POINTS <= len(points) <= MOST_POINTS:
        raise UserError(f"Send {LEAST_POINTS} to {MOST_POINTS} points, not {len(points)}.")
    placed = tuple(_point(values) for values in points)
    return PagePlacement(version_id, template_page, placed, is_confirmed)


def placement_to_json(placement: PagePlacement) -> dict[str, Any]:
    """As it is kept in the page's row."""
    return {
        "version_id": placement.version_id,
        "template_page": placement.template_page,
        "points": [[*point.scan, *point.template_px] for point in placement.points],
        "confirmed": placement.is_confirmed,
    }


def placement_from_json(kept: dict[str, Any] | None) -> PagePlacement | None:
    """What `placement_to_json` gave; None where nobody has laid the page by hand."""
    if kept is None:
        return None
    return placement_of(
        kept["version_id"], kept["template_page"], kept["points"], kept["confirmed"]
    )


def _point(values: Sequence[float]) -> PlacedPoint:
    if len(values) != 4 or not all(isinstance(value, int | float) for value in values):
        raise UserError("A point is four numbers: its place on the scan and on the template.")
    x, y, target_x, target_y = (float(value) for value in values)
    if not all(-REACH <= share <= 1 + REACH for share in (x, y)):
        raise UserError("A point lies far outside of the scan.")
    return PlacedPoint((x, y), (target_x, target_y))
