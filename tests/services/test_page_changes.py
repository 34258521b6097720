"""Two people at one page, and a page that goes to another form: nothing is done by mistake."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest

from forms_app.errors import ChangedMeanwhileError
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
from forms_app.services.page_placements import PagePlacement
from tests import factories
from tests.fakes import run_sent_tasks
from tests.prepared_apps import copy_of, prepare_once
from tests.services.two_page_scans import FIELDS, filled_page, foreign_page, forms_of, tiff_of


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Pages 1 and 2 are a form, page 3 is of another one."""

    def read(app: Application) -> None:
        batch = factories.make_batch(app, FIELDS, pages=2)
        pages = [filled_page(1), filled_page(2), foreign_page()]
        factories.upload(app, batch.id, tiff_of(pages), "scan.tiff")
        run_sent_tasks(app)

    return prepare_once(tmp_path_factory.mktemp("read"), migrated_sqlite, read)


@pytest.fixture
def app(read_once: Path, tmp_path: Path) -> Iterator[Application]:
    with copy_of(read_once, tmp_path) as application:
        yield application


@pytest.fixture
def batch_id(app: Application) -> int:
    [batch] = batches.list_batches(app)
    return batch.id


def _as_it_lies(app: Application, page_id: int) -> PagePlacement:
    start = page_images.start_points(app, page_id)
    return PagePlacement(start.version_id, start.template_page, start.points)


Change = Callable[[Application, int, str], object]
CHANGES: dict[str, Change] = {
    "lay": lambda app, page, seen: page_actions.lay_page(
        app, page, _as_it_lies(app, page), seen=seen
    ),
    "drop": lambda app, page, seen: page_actions.drop_page(app, page, seen=seen),
    "restore": lambda app, page, seen: page_actions.restore_page(app, page, seen=seen),
    "check": lambda app, page, seen: page_actions.check_page(app, page, seen=seen),
    "assign": lambda app, page, seen: page_actions.assign_page(app, page, None, seen=seen),
    "rescan": lambda app, page, seen: rescans.replace_scan(
        app, page, "again.png", _png(), seen=seen
    ),
}


def _png() -> io.BytesIO:
    return io.BytesIO(cv2.imencode(".png", filled_page(2))[1].tobytes())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_who_saw_an_older_state_changes_nothing(
    app: Application, batch_id: int, change: Change
) -> None:
    seen = page_work.get_work(app, 2).page.seen
    page_actions.drop_page(app, 2, seen=seen)
    with pytest.raises(ChangedMeanwhileError, match=r"Page 2 .* was changed after"):
        change(app, 2, seen)
    [dropped] = page_queue.get_queue(app, batch_id).dropped
    assert dropped.number == 2
    page_actions.restore_page(app, 2, seen=dropped.seen)


def test_a_page_laid_anew_keeps_its_decisions(app: Application) -> None:
    review.decide(app, 1, "surname", "correct", "MILLER")
    page_actions.lay_page(app, 1, _as_it_lies(app, 1))
    run_sent_tasks(app)
    surname = review.get_item(app, 1, "surname").current
    assert (surname.value, surname.provenance) == ("MILLER", "corrected")


def test_a_page_is_laid_into_a_form_of_its_own(app: Application) -> None:
    page_actions.lay_page(app, 2, _as_it_lies(app, 2), in_new_form=True)
    run_sent_tasks(app)
    assert [pages for _, pages in forms_of(app)] == [[(1, 1)], [(2, 2)]]
    assert review.get_item(app, 1, "agreed").current.outcome == "missing_page"
    assert review.get_item(app, 2, "agreed").current.value is True
