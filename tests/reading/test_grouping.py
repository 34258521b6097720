"""Grouping: pages of a file become forms where that is safe, and a person sorts the rest."""

from __future__ import annotations

import pytest

from forms_app.reading.grouping import PageSign, group_pages


def _signs(numbers: str, count: int = 2) -> list[PageSign | None]:
    """One page a digit; `?` is a page that could not be laid."""
    return [None if number == "?" else PageSign(1, int(number), count) for number in numbers]


def _shown(numbers: str, count: int = 2) -> tuple[list[str], str]:
    """The groups as digits, and the digits of the pages that are for a person."""
    grouping = group_pages(_signs(numbers, count))
    groups = ["".join(numbers[place] for place in group) for group in grouping.groups]
    return groups, "".join(numbers[place] for place in sorted(grouping.unsure))


@pytest.mark.parametrize(
    ("numbers", "count", "groups"),
    [
        ("1212", 2, ["12", "12"]),
        ("1221", 2, ["12", "21"]),
        ("2112", 2, ["21", "12"]),
        ("112", 2, ["1", "12"]),
        ("22", 2, ["2", "2"]),
        ("2121", 2, ["21", "21"]),
        ("12312", 3, ["123", "12"]),
        ("132213", 3, ["132", "213"]),
        ("111", 1, ["1", "1", "1"]),
        ("12", 3, ["12"]),
        # One too many or too few: the cut keeps the file's usual order.
        ("12212", 2, ["12", "2", "12"]),
        ("12112", 2, ["12", "1", "12"]),
        ("2112121", 2, ["21", "1", "21", "21"]),
        # A page that could not be laid may be either neighbour's: it joins nothing.
        ("1?12", 2, ["1", "12"]),
        ("1?2", 2, ["1", "2"]),
    ],
)
def test_pages_that_lie_together_make_a_form(numbers: str, count: int, groups: list[str]) -> None:
    assert _shown(numbers, count) == (groups, "")


@pytest.mark.parametrize(
    ("numbers", "count", "unsure"),
    [
        ("1122", 2, "12"),  # two piles, or a form between two torn ones
        ("111222", 2, "12"),
        ("121122", 2, "12"),
        # 3 may be the first form's, or the last one's.
        ("121312", 3, "12312"),
        ("12213", 3, "213"),
    ],
)
def test_where_another_cut_is_as_good_a_person_sorts(numbers: str, count: int, unsure: str) -> None:
    assert _shown(numbers, count)[1] == unsure


def test_a_key_joins_pages_wherever_they_lie() -> None:
    signs = [
        PageSign(1, page, 2, key=key)
        for page, key in ((1, "a"), (1, "b"), (2, "b"), (2, "a"), (2, "a"))
    ]
    grouping = group_pages(signs)
    assert grouping.groups == ((0, 3), (1, 2))
    assert (grouping.doubled, grouping.unsure) == ({4: 3}, frozenset())


def test_forms_of_several_templates_do_not_mix() -> None:
    signs = [PageSign(1, 1, 2), PageSign(9, 1, 1), PageSign(1, 2, 2), PageSign(9, 1, 1)]
    assert group_pages(signs).groups == ((0, 2), (1,), (3,))


def test_the_same_writing_again_is_a_double() -> None:
    one, other = "00" * 32, "ff" * 32
    signs = [PageSign(1, 1, 1, writing=writing) for writing in (one, other, one, None, None)]
    grouping = group_pages(signs)
    assert grouping.doubled == {2: 0}
    assert grouping.groups == ((0,), (1,), (3,), (4,))


def test_nothing_is_grouped_of_nothing() -> None:
    assert group_pages([]).groups == ()
    assert group_pages([None, None]).groups == ()
