"""What a person changes on a blank: places erased to paper, or restored from one copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forms_app.errors import UserError
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.common_print import PAPER

MOST_CHANGES = 500


class Change(StrEnum):
    """erase: to paper · restore: as one of the copies has it."""

    ERASE = "erase"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One change of a rectangle of a blank, in its pixels; `copy` is the number of a copy, from
    1, for what is restored."""

    change: Change
    box: Box
    copy: int = 0

    def as_json(self) -> dict[str, Any]:
        """As kept and as sent."""
        made = {"change": str(self.change), "box": [round(v) for v in self.box.as_list()]}
        return made | ({"copy": self.copy} if self.change is Change.RESTORE else {})


def parse_cleanings(sent: object, width: int, height: int, copies: Sequence[int]) -> list[Cleaning]:
    """The changes of one page as a browser sent them.

    Args:
        sent: a list of `{change, box: [x, y, width, height], copy}`.
        width: of the blank, in pixels.
        height: of the blank, in pixels.
        copies: the numbers of the copies that went into it.

    Raises:
        UserError: it is no such list, or names a copy or a place that there is not.
    """
    if not isinstance(sent, list) or len(sent) > MOST_CHANGES:
        raise UserError(f"The changes of a page must be a list of {MOST_CHANGES} at most.")
    return [_parse(item, Box(0, 0, width, height), copies) for item in sent]


def cleaned(
    blank: GreyImage, cleanings: Sequence[Cleaning], copy: Callable[[int], GreyImage]
) -> GreyImage:
    """The blank `(H, W)` with the changes made, in their order.

    Args:
        copy: a copy by its number, on the blank's pixels.
    """
    result = blank.copy()
    height, width = blank.shape
    for cleaning in cleanings:
        place = cleaning.box.clipped(width, height).as_slices()
        erases = cleaning.change is Change.ERASE
        result[place] = PAPER if erases else copy(cleaning.copy)[place]
    return result


def _parse(item: object, page: Box, copies: Sequence[int]) -> Cleaning:
    if not isinstance(item, Mapping) or item.get("change") not in tuple(Change):
        raise UserError("A change of the blank must say erase or restore.")
    sides = item.get("box")
    if not isinstance(sides, list) or len(sides) != 4 or not all(type(v) is int for v in sides):
        raise UserError("A change of the blank must name its box by four whole numbers.")
    box = Box(*sides)
    if min(box.width, box.height) < 1 or not page.contains(box):
        raise UserError("A change of the blank lies outside of its page; reload the page.")
    change, number = Change(item["change"]), item.get("copy", 0)
    if change is Change.RESTORE and number not in copies:
        raise UserError("A place can be restored only from a copy that went into the blank.")
    return Cleaning(change, box, number if change is Change.RESTORE else 0)
