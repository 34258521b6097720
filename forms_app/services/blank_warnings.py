"""What a person should know of a blank made of copies, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_app.templating.blank_doubts import Why
from forms_app.templating.blank_from_copies import GOOD_COPIES, CombinedBlank
from forms_app.templating.health_sizes import GOOD_PAGE_PX

_BETTER = f"Better are {GOOD_COPIES} or more, each filled by somebody else."


def blank_warnings(made: CombinedBlank, names: Sequence[str]) -> Iterator[str]:
    """One sentence or two each.

    Args:
        made: of copies; of a photograph, when none was laid.
        names: of all copies handed in, in order.
    """
    if made.used == 1:
        yield f"Made of one copy: what is written on it stays and counts as print. {_BETTER}"
    elif 1 < made.used < GOOD_COPIES:
        yield (
            f"Made of {made.used} copies: where all of them are ticked or written on, ink may stay "
            f"and count as print. {_BETTER}"
        )
    for number, why in made.refused:
        yield f"{names[number - 1]} was left out: {why}"
    yield from _doubts(made)
    if max(made.grey.shape) < GOOD_PAGE_PX:
        yield (
            f"The page is coarse, {made.grey.shape[1]} by {made.grey.shape[0]} px; scan or "
            "photograph it again in a higher resolution."
        )


def _doubts(made: CombinedBlank) -> Iterator[str]:
    reasons = [doubt.why for doubt in made.doubtful]
    inked = len(reasons) - reasons.count(Why.FRAME)
    if inked:
        where = "one place" if inked == 1 else f"{inked} places"
        yield (
            f"Ink in {where} (framed) may be writing that the copies share. Left in a box, it "
            "hides later marks there. Look at each, then erase it or keep it."
        )
    if broken := reasons.count(Why.FRAME):
        what = "One box has" if broken == 1 else f"{broken} boxes have"
        yield (
            f"{what} lost the frame that others of that size have. Restore it from a copy "
            "where it is whole."
        )
