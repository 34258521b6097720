"""Pages of forms that look alike: told apart by the print that only one has, else not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import pytest

from forms_app.reading.alignment import align_view
from forms_app.reading.errors import AmbiguousPageError, PoorRegistrationError
from forms_app.reading.features import view_page
from forms_app.reading.look_alikes import LEAST_PX, own_print_of
from forms_app.reading.references import PageReference, prepare_reference
from forms_app.reading.types import GreyImage
from tests.reading.sheets import draw_blank, scan_sheet, scribble, typical_handling

HEIGHT, WIDTH = 1754, 1240


@cache
def blank() -> GreyImage:
    return draw_blank(21, HEIGHT, WIDTH)


@cache
def edition() -> GreyImage:
    """With another line at its foot, and without the first words of the title."""
    page = blank().copy()
    page[60:120, :260] = 255
    cv2.putText(page, "Office use only", (90, 1690), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3)
    return page


@cache
def scanned_blank() -> GreyImage:
    return scan_sheet(blank(), typical_handling(9, curl=0))


@cache
def reference(kind: str) -> PageReference:
    drawn = {"blank": blank, "edition": edition, "scan": scanned_blank}
    return prepare_reference(1, drawn[kind]())


def found(page: GreyImage, kinds: Sequence[str], forms: Sequence[int] = (0, 1)) -> str:
    """Which blank a filled and scanned page is laid onto."""
    view = view_page(scan_sheet(scribble(page, 5), typical_handling(6, curl=6 / HEIGHT)))
    place, _ = align_view(view, [reference(kind) for kind in kinds], lambda _: (), forms)
    return kinds[place]


@pytest.mark.parametrize("kinds", [("blank", "edition"), ("edition", "blank")])
def test_editions_are_told_apart_by_what_only_one_has(kinds: tuple[str, str]) -> None:
    assert found(blank(), kinds) == "blank"
    assert found(edition(), kinds) == "edition"


@pytest.mark.parametrize("kinds", [("blank", "scan"), ("scan", "blank"), ("blank", "blank")])
def test_two_blanks_of_one_sheet_are_not_told_apart(kinds: tuple[str, str]) -> None:
    with pytest.raises(AmbiguousPageError, match="could be of several forms") as raised:
        found(blank(), kinds)
    assert sorted(raised.value.places) == [0, 1]


def test_what_could_be_none_of_them_is_not_named() -> None:
    with pytest.raises(AmbiguousPageError) as raised:
        found(blank(), ("edition", "scan", "blank"), (0, 1, 2))
    assert sorted(raised.value.places) == [1, 2]


def test_a_page_that_fits_neither_is_refused_rather_than_asked_about() -> None:
    """Another edition of both: of its twin blanks it can be laid onto none."""
    page = blank().copy()
    page[600:1250] = 255
    with pytest.raises(PoorRegistrationError):
        found(page, ("blank", "scan"))


def test_pages_of_one_form_are_not_asked_about() -> None:
    assert found(blank(), ("blank", "blank"), (7, 7)) == "blank"
    assert found(blank(), ("scan", "blank"), ()) in ("scan", "blank")


def test_own_print_is_what_the_other_lacks() -> None:
    own = own_print_of(reference("blank"), reference("edition"))
    assert own is not None
    assert min(len(own.of_first), len(own.of_second)) > LEAST_PX
    rows = own.of_second // reference("blank").view.fine.shape[1]
    assert rows.min() > 1640, "the line at the foot"
    alike = own_print_of(reference("blank"), reference("scan"))
    assert alike is not None and max(len(alike.of_first), len(alike.of_second)) < LEAST_PX
    other = prepare_reference(1, np.asarray(draw_blank(22, HEIGHT, WIDTH)))
    assert own_print_of(reference("blank"), other) is None
