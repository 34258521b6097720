"""Which pages of a file make up one filled form, and which a person must sort.

A pile is scanned form by form, so the pages of a form lie together, in any order. The file is cut
into the fewest forms, then the fewest incomplete ones, then the fewest that run against the file's
usual order. What such a cut cannot know is never guessed: joining two people's pages is worse than
asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from forms_app.reading.likeness import is_same_writing


@dataclass(frozen=True, slots=True)
class PageSign:
    """What is known of a page: `form` it belongs to (any number that names a template), its
    `template_page` of `page_count`, the filled form's own `key` if the page carries one, and the
    `writing` on it as `likeness.writing_print` gives it.
    """

    form: int
    template_page: int
    page_count: int
    key: str | None = None
    writing: str | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """Positions of pages by filled form; `doubled` maps a page to the earlier one that it repeats,
    `unsure` pages lie where the file can be cut in more than one way.

    `unsure` pages are in `groups` too, `doubled` ones are not.
    """

    groups: tuple[tuple[int, ...], ...]
    doubled: Mapping[int, int] = field(default_factory=dict)
    unsure: frozenset[int] = frozenset()


def group_pages(signs: Sequence[PageSign | None]) -> Grouping:
    """Sorts the pages of a file into filled forms.

    Args:
        signs: one for each page in file order; None for a page that looks like one of the forms'
            but could not be laid: it keeps its neighbours apart.

    Returns:
        Groups in the order of their first page. Pages with a key join those of the same key
        wherever they lie; no group holds a template page twice.
    """
    doubled = _doubled(signs)
    groups = _keyed_groups(signs, doubled)
    unsure: set[int] = set()
    for form, count in {(sign.form, sign.page_count): None for sign in signs if sign}:
        places = [
            place
            for place, sign in enumerate(signs)
            if sign is None or (sign.form == form and not sign.key and place not in doubled)
        ]
        numbers = [_number(signs[place]) for place in places]
        cut = _cut(numbers, count)
        doubtful = _doubtful([[numbers[i] for i in part] for part in cut], count, numbers)
        for part, is_doubtful in zip(cut, doubtful, strict=True):
            group = tuple(places[i] for i in part if numbers[i] is not None)
            if group:
                groups.append(group)
                unsure.update(group if is_doubtful else ())
    return Grouping(tuple(sorted(groups)), doubled, frozenset(unsure))


def _number(sign: PageSign | None) -> int | None:
    return None if sign is None else sign.template_page


def _doubled(signs: Sequence[PageSign | None]) -> dict[int, int]:
    """Pages with the same writing as an earlier one of the same template page."""
    doubled: dict[int, int] = {}
    seen: dict[tuple[int, int], list[int]] = {}
    for place, sign in enumerate(signs):
        if sign is None:
            continue
        alike = seen.setdefault((sign.form, sign.template_page), [])
        for other in alike:
            earlier = signs[other]
            if earlier is not None and _is_repeat(sign, earlier):
                doubled[place] = other
                break
        else:
            alike.append(place)
    return doubled


def _is_repeat(sign: PageSign, earlier: PageSign) -> bool:
    """Two pages of one key in one place are the same page, whatever is written on them."""
    if sign.key or earlier.key:
        return sign.key == earlier.key
    return is_same_writing(sign.writing, earlier.writing)


def _keyed_groups(
    signs: Sequence[PageSign | None], doubled: Mapping[int, int]
) -> list[tuple[int, ...]]:
    keyed: dict[tuple[int, str], list[int]] = {}
    for place, sign in enumerate(signs):
        if sign is not None and sign.key and place not in doubled:
            keyed.setdefault((sign.form, sign.key), []).append(place)
    return [tuple(places) for places in keyed.values()]


def _cut(numbers: Sequence[int | None], count: int) -> list[range]:
    """Ranges that cover the sequence, each without a template page twice; None stands alone."""
    step = _usual_step(numbers)
    best: list[tuple[tuple[int, int, int], int]] = [((0, 0, 0), 0)]
    for end in range(1, len(numbers) + 1):
        options = []
        for start in range(end - 1, max(-1, end - 1 - count), -1):
            part = numbers[start:end]
            if len(part) > 1 and (None in part or len(set(part)) < len(part)):
                break
            forms, gaps, shuffled = best[start][0]
            cost = (forms + 1, gaps + (len(part) < count), shuffled + _is_shuffled(part, step))
            options.append((cost, start))
        best.append(min(options))
    cut, end = [], len(numbers)
    while end:
        start = best[end][1]
        cut.append(range(start, end))
        end = start
    return cut[::-1]


def _usual_step(numbers: Sequence[int | None]) -> int:
    """1 where pages follow their numbers, -1 where the pile lies the other way round."""
    pairs = [(a, b) for a, b in pairwise(numbers) if a and b]
    ahead, back = (sum(b - a == step for a, b in pairs) for step in (1, -1))
    return 1 if ahead >= back else -1


def _is_shuffled(part: Sequence[int | None], step: int) -> bool:
    known = [number for number in part if number is not None]
    return known != sorted(known, reverse=step < 0)


def _doubtful(
    parts: Sequence[Sequence[int | None]], count: int, numbers: Sequence[int | None]
) -> list[bool]:
    """Where another cut is as good: `1 1 2 2` may be two forms, or three with gaps.

    A complete form in the usual order is safe beside another complete one or at the rim of the
    file; any other joined pages only between complete forms. A page alone joins nothing: safe.
    """
    step = _usual_step(numbers)
    complete = [len(part) == count for part in parts]
    doubtful = []
    for i, part in enumerate(parts):
        before = i == 0 or complete[i - 1]
        after = i + 1 == len(complete) or complete[i + 1]
        is_regular = complete[i] and not _is_shuffled(part, step)
        is_safe = len(part) == 1 or (before or after if is_regular else before and after)
        doubtful.append(not is_safe)
    return doubtful
