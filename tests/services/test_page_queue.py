"""The page queue: what waits for a person, and that settling it touches nothing else."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from forms_app.errors import ConflictError, UserError
from forms_app.reading.hand_placement import PlacedPoint
from forms_app.reading.types import GreyImage
from forms_app.services import (
    batches,
    page_actions,
    page_images,
    page_queue,
    page_work,
    rescans,
    review,
)
from forms_app.services.application import Application
from forms_app.services.page_placements import PagePlacement, placement_of
from forms_app.services.uploads import remove_file
from forms_app.store.models import FileRow, PageRow, SubmissionRow
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.two_page_scans import FIELDS, filled_page, foreign_page, forms_of, tiff_of

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def _written(page: int, seed: int) -> GreyImage:
    """A filled page with enough writing to know it by."""
    grey, rng = filled_page(page), np.random.default_rng(seed)
    for _ in range(40):
        x, y = rng.integers((60, 100), (700, 500))
        path = np.array([x, y]) + rng.normal(0, 9, (8, 2)).cumsum(axis=0)
        cv2.polylines(grey, [np.round(path).astype(np.int32)], False, 40, 3, cv2.LINE_AA)
    return grey


def _torn() -> GreyImage:
    """Page 1, of which the upper half alone was scanned, and that twice as large."""
    return np.ascontiguousarray(cv2.resize(filled_page(1)[:420], None, fx=2, fy=2))


def _read(app: Application, *pages: GreyImage, name: str = "scan.tiff") -> int:
    """A batch of a two-page form with one file of these pages; returns its id."""
    batch = factories.make_batch(app, FIELDS, pages=2)
    factories.upload(app, batch.id, tiff_of(pages), name)
    run_sent_tasks(app)
    return batch.id


def _waiting(app: Application, batch_id: int) -> list[tuple[int, str]]:
    return [(page.number, page.reason) for page in page_queue.get_queue(app, batch_id).pages]


def _png(grey: GreyImage) -> io.BytesIO:
    return io.BytesIO(cv2.imencode(".png", grey)[1].tobytes())


def _ids(app: Application) -> dict[int, int]:
    """Page ids by number."""
    with app.session() as session:
        return {page.number: page.id for page in session.scalars(select(PageRow))}


def _loosen(app: Application, page_id: int, residuals_px: dict[str, float]) -> None:
    """As if fields of a read page lay that far off."""
    with app.session() as session:
        page = session.get_one(PageRow, page_id)
        page.field_residuals = residuals_px
        page.worst_residual_px = max(residuals_px.values())


def test_a_sheet_scanned_twice_is_held_and_dropped(any_app: Application) -> None:
    first, second = _written(1, 1), _written(2, 2)
    batch_id = _read(any_app, first, second, second, _written(1, 3), _written(2, 4))
    assert _waiting(any_app, batch_id) == [(3, "doubled_page")]
    assert "page 2 of the file" in page_queue.get_queue(any_app, batch_id).pages[0].message
    assert [pages for _, pages in forms_of(any_app)] == [[(1, 1), (2, 2)], [(4, 1), (5, 2)]]
    assert batches.get_batch(any_app, batch_id).summary.pages_queued == 1
    double = _ids(any_app)[3]
    page_actions.drop_page(any_app, double)
    page_actions.drop_page(any_app, double)
    summary = batches.get_batch(any_app, batch_id).summary
    assert (summary.pages, summary.pages_read, summary.pages_queued) == (4, 4, 0)
    page_actions.restore_page(any_app, double)
    run_sent_tasks(any_app)
    assert _waiting(any_app, batch_id) == [(3, "doubled_page")]


def test_pages_in_an_unsure_order_are_held_until_a_person_sorts_them(any_app: Application) -> None:
    batch_id = _read(any_app, filled_page(1), filled_page(1), filled_page(2), filled_page(2))
    assert _waiting(any_app, batch_id) == [(2, "unsure_order"), (3, "unsure_order")]
    queue = page_queue.get_queue(any_app, batch_id)
    assert [(place.form, place.template_page) for place in queue.missing] == [
        ("scan.tiff, form 1", 2),
        ("scan.tiff, form 2", 1),
    ]
    ids, forms = _ids(any_app), {place.template_page: place for place in queue.missing}
    page_actions.assign_page(any_app, ids[3], forms[2].submission_id)
    page_actions.assign_page(any_app, ids[2], forms[1].submission_id)
    run_sent_tasks(any_app)
    assert [pages for _, pages in forms_of(any_app)] == [[(1, 1), (3, 2)], [(2, 1), (4, 2)]]
    assert page_queue.get_queue(any_app, batch_id).waiting == 0
    assert [file.state for file in batches.get_batch(any_app, batch_id).files] == ["done"]


def test_the_order_as_scanned_can_be_taken(app: Application) -> None:
    batch_id = _read(app, filled_page(1), filled_page(1), filled_page(2), filled_page(2))
    [(file_id, name)] = page_queue.get_queue(app, batch_id).sortable
    assert name == "scan.tiff"
    page_actions.sort_as_scanned(app, file_id)
    run_sent_tasks(app)
    assert [pages for _, pages in forms_of(app)] == [[(1, 1)], [(4, 2)], [(2, 1), (3, 2)]]
    assert _waiting(app, batch_id) == []


def test_a_taken_place_is_refused(app: Application) -> None:
    batch_id = _read(app, filled_page(1), filled_page(2), filled_page(1))
    ids = _ids(app)
    with pytest.raises(ConflictError, match="there already"):
        page_actions.assign_page(app, ids[3], 1)
    [place] = page_queue.get_queue(app, batch_id).missing
    page_actions.assign_page(app, ids[2], place.submission_id)
    run_sent_tasks(app)
    # What was decided of a page that leaves is open again: it was of another sheet.
    assert [pages for _, pages in forms_of(app)] == [[(1, 1)], [(2, 2), (3, 1)]]
    assert review.get_item(app, 1, "agreed").current.outcome == "missing_page"


def test_decisions_go_with_the_sheet_and_stay_with_the_form(any_app: Application) -> None:
    batch_id = _read(any_app, filled_page(1), filled_page(2))
    review.decide(any_app, 1, "surname", "correct", "MILLER")
    review.decide(any_app, 1, "agreed", "correct", False)
    rescans.replace_scan(any_app, _ids(any_app)[2], "again.png", _png(filled_page(2)))
    run_sent_tasks(any_app)
    assert review.get_item(any_app, 1, "agreed").current.value is False
    page_actions.drop_page(any_app, _ids(any_app)[2])
    agreed = review.get_item(any_app, 1, "agreed").current
    assert (agreed.outcome, agreed.state, agreed.decision) == ("missing_page", "open", None)
    assert review.get_item(any_app, 1, "surname").current.value == "MILLER"
    assert batches.get_batch(any_app, batch_id).summary.pages_queued == 1


def test_a_missing_page_is_scanned_later_or_said_not_to_exist(any_app: Application) -> None:
    batch_id = _read(any_app, filled_page(1))
    [place] = page_queue.get_queue(any_app, batch_id).missing
    page_actions.set_absent(any_app, place.submission_id, 2, True)
    assert page_queue.get_queue(any_app, batch_id).waiting == 0
    assert review.get_item(any_app, 1, "agreed").current.state == "accepted"
    page_actions.set_absent(any_app, place.submission_id, 2, False)
    assert review.get_item(any_app, 1, "agreed").current.state == "open"
    rescans.add_missing_page(any_app, place.submission_id, 2, "page two.png", _png(filled_page(2)))
    run_sent_tasks(any_app)
    assert review.get_item(any_app, 1, "agreed").current.value is True
    summary = batches.get_batch(any_app, batch_id).summary
    assert (summary.pages, summary.pages_read, summary.pages_queued) == (2, 2, 0)


def test_a_scan_of_the_wrong_page_or_of_several_is_refused(app: Application) -> None:
    batch_id = _read(app, filled_page(1))
    for data, reason in (
        (tiff_of([filled_page(2), filled_page(2)]), "2 pages"),
        (b"", "empty"),
        (b"x", "x.p"),
    ):
        with pytest.raises(UserError, match=reason):
            rescans.add_missing_page(app, 1, 2, "x.png", io.BytesIO(data))
    rescans.add_missing_page(app, 1, 2, "wrong.png", _png(filled_page(1)))
    run_sent_tasks(app)
    assert _waiting(app, batch_id) == [(2, "conflict")]
    assert review.get_item(app, 1, "surname").current.outcome == "blank"


def test_a_refused_page_is_laid_by_hand(any_app: Application) -> None:
    """The upper part of page 1, too little for the machine, laid by four points."""
    batch_id = _read(any_app, _torn(), filled_page(2))
    assert _waiting(any_app, batch_id)[0][0] == 1
    page_id = _ids(any_app)[1]
    start = page_images.start_points(any_app, page_id, (1, 1))
    assert len(start.points) == 4
    points = tuple(PlacedPoint(corner, (corner[0] * 826, corner[1] * 420)) for corner in CORNERS)
    found = page_images.preview(any_app, page_id, PagePlacement(1, 1, points))
    assert not found.is_checked and "“Intake”" in found.doubt
    assert found.picture.startswith(b"\xff\xd8")
    page_actions.lay_page(any_app, page_id, PagePlacement(1, 1, points))
    run_sent_tasks(any_app)
    assert _waiting(any_app, batch_id)[0][0] == 1  # Nobody has confirmed the overlay.
    page_actions.lay_page(any_app, page_id, PagePlacement(1, 1, points, is_confirmed=True), 1)
    run_sent_tasks(any_app)
    assert _waiting(any_app, batch_id) == []
    assert [pages for _, pages in forms_of(any_app)] == [[(1, 1), (2, 2)]]
    assert review.get_item(any_app, 1, "consent").current.value is True
    # The number's boxes are where nothing was scanned, and far from print that was found.
    assert page_images.start_points(any_app, page_id).points == points


def test_points_that_are_good_enough_are_refined(app: Application) -> None:
    batch_id = _read(app, filled_page(1), foreign_page())
    points = tuple(
        PlacedPoint(corner, (corner[0] * 826 + 4, corner[1] * 1169 - 5)) for corner in CORNERS
    )
    found = page_images.preview(app, _ids(app)[1], PagePlacement(1, 1, points))
    assert found.is_checked and found.residual_px < 1
    assert found.poor_fields == ()
    assert _waiting(app, batch_id) == [(2, "foreign_page")]
    mirrored = placement_of(
        1, 1, [[0, 0, 826, 0], [1, 0, 0, 0], [1, 1, 0, 9], [0, 1, 826, 9]], False
    )
    with pytest.raises(UserError, match="turn the page over"):
        page_images.preview(app, _ids(app)[1], mirrored)
    with pytest.raises(UserError, match="no page 7"):
        page_images.preview(app, _ids(app)[1], PagePlacement(1, 7, points))


@pytest.mark.parametrize("points", [[], [[0, 0, 1, 1]] * 41, [[0, 0, 1]] * 4, [[9, 0, 1, 1]] * 4])
def test_what_are_no_points_is_refused(points: list[list[float]]) -> None:
    with pytest.raises(UserError):
        placement_of(1, 1, points, False)


def test_a_page_that_is_being_read_is_left_alone(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS, pages=2)
    [page_id] = factories.make_pages(app, batch.id, 1)
    for change in (page_actions.drop_page, page_actions.check_page):
        with pytest.raises(ConflictError, match="being read"):
            change(app, page_id)


def test_a_loose_page_waits_until_a_person_has_looked(app: Application) -> None:
    batch_id = _read(app, filled_page(1), filled_page(2))
    _loosen(app, 1, {"surname": 5.5})
    assert _waiting(app, batch_id) == [(1, "loose_page")]
    page = page_work.get_work(app, 1).page
    assert page.message.startswith("Surname lies 5.5 px off its place (limit 4 px).")
    assert [(field.name, field.residual_px) for field in page.loose_fields] == [("surname", 5.5)]
    page_actions.check_page(app, 1)
    assert _waiting(app, batch_id) == []


def test_removing_a_file_parts_its_pages_from_other_files(any_app: Application) -> None:
    batch = factories.make_batch(any_app, FIELDS, pages=2)
    for number in (1, 2):
        factories.upload(any_app, batch.id, tiff_of([filled_page(number)]), f"page {number}.tiff")
    run_sent_tasks(any_app)
    with any_app.session() as session:
        second = session.scalars(select(PageRow).where(PageRow.template_page == 2)).one().id
        [first_file, second_file] = session.scalars(select(FileRow.id).order_by(FileRow.id))
    page_actions.assign_page(any_app, second, 1)
    run_sent_tasks(any_app)
    assert [pages for _, pages in forms_of(any_app)] == [[(1, 1), (1, 2)]]
    remove_file(any_app, first_file)
    assert _waiting(any_app, batch.id) == [(1, "homeless_page")]
    page_actions.assign_page(any_app, second, None)
    run_sent_tasks(any_app)
    with any_app.session() as session:
        assert session.scalars(select(SubmissionRow.file_id)).all() == [second_file]
