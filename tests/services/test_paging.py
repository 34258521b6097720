"""Lists that are turned page by page while others add and remove: nothing twice, nothing missed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms_app.services import (
    batches,
    exports,
    file_lists,
    form_lists,
    page_actions,
    page_queue,
    uploads,
)
from forms_app.services.application import Application
from forms_app.store.states import PageState
from tests.factories import make_batch, make_pages, make_submission
from tests.factories import upload as upload_file

STEP = 3


def turned(
    first: list[int], more: Callable[[list[int]], list[int]], between: Callable[[], object]
) -> list[int]:
    """All ids of a list, with something done after its first page."""
    seen = list(first)
    between()
    while page := more(seen):
        seen += page
        assert len(seen) < 100
    return seen


def test_files_stay_in_their_stretches(any_app: Application) -> None:
    batch_id = make_batch(any_app).id
    ids = [upload_file(any_app, batch_id, b"", f"{n}.pdf").id for n in range(10)]
    listed = file_lists.list_files(any_app, batch_id, STEP)
    assert [file.id for file in listed.files] == ids[:3]
    assert (listed.place, listed.total, listed.earlier_id) == (0, 10, None)
    upload_file(any_app, batch_id, b"", "late.pdf")
    uploads.remove_file(any_app, ids[1])
    uploads.remove_file(any_app, ids[3])  # The next stretch was to begin with it.
    seen = [file.id for file in listed.files]
    places = []
    while listed.later_id is not None:
        listed = file_lists.list_files(any_app, batch_id, STEP, listed.later_id)
        seen += [file.id for file in listed.files]
        places.append(listed.place)
    assert seen[:9] == [ids[0], ids[1], ids[2], *ids[4:]] and len(seen) == 10
    assert places == sorted(places)


def test_earlier_files_are_found_again(any_app: Application) -> None:
    batch_id = make_batch(any_app).id
    ids = [upload_file(any_app, batch_id, b"", f"{n}.pdf").id for n in range(7)]
    last = file_lists.list_files(any_app, batch_id, STEP, ids[6] + 1)
    assert [file.id for file in last.files] == ids[4:]
    assert (last.place, last.later_id) == (4, None)
    before = file_lists.list_files(any_app, batch_id, STEP, last.earlier_id)
    assert [file.id for file in before.files] == ids[1:4]
    first = file_lists.list_files(any_app, batch_id, STEP, before.earlier_id)
    assert first.first_id is None and [file.id for file in first.files] == ids[:3]


def test_forms_are_listed_once_each_while_more_are_found(any_app: Application) -> None:
    batch_id = make_batch(any_app).id
    ids = [make_submission(any_app, batch_id, name=f"{n}.png") for n in range(7)]

    def forms(after: list[int]) -> list[int]:
        last = after[-1] if after else None
        return [form.id for form in form_lists.list_forms(any_app, batch_id, STEP, last)]

    late: list[int] = []
    seen = turned(
        forms([]),
        forms,
        lambda: late.append(make_submission(any_app, batch_id, name="late.png")),
    )
    assert seen == [*ids, *late]


def test_pages_that_wait_are_listed_once_while_some_are_settled(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_app.services.page_queue.SHOWN", STEP)
    batch_id = make_batch(any_app).id
    ids = [
        page_id
        for n in range(2)
        for page_id in make_pages(any_app, batch_id, 4, PageState.FAILED, f"{n}.tif")
    ]
    queue = page_queue.get_queue(any_app, batch_id)
    seen = [page.page_id for page in queue.pages]
    # The last one shown is settled: the next page of the list begins after its place.
    page_actions.drop_page(any_app, seen[-1])
    while queue.after_page is not None:
        queue = page_queue.get_queue(any_app, batch_id, queue.after_page)
        seen += [page.page_id for page in queue.pages]
    assert seen == ids


def test_forms_that_lack_a_page_are_listed_once(
    any_app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_app.services.page_queue.SHOWN", STEP)
    batch_id = make_batch(any_app, pages=2).id
    ids = [make_submission(any_app, batch_id, name=f"{n}.png") for n in range(5)]
    queue = page_queue.get_queue(any_app, batch_id)
    assert queue.after_form == ids[2]
    later = page_queue.get_queue(any_app, batch_id, after_form=queue.after_form)
    assert [place.submission_id for place in [*queue.missing, *later.missing]] == ids
    assert later.after_form is None


def test_batches_and_exports_come_newest_first_and_once(any_app: Application) -> None:
    first = make_batch(any_app)
    more = [batches.create_batch(any_app, first.version_id, f"B{n}") for n in range(7)]

    def listed(before: list[int]) -> list[int]:
        last = before[-1] if before else None
        return [batch.id for batch in batches.list_batches(any_app, STEP, last)]

    seen = turned(
        listed([]), listed, lambda: batches.create_batch(any_app, first.version_id, "Late")
    )
    assert seen == [batch.id for batch in [first, *more]][::-1]
    asked = [exports.request_export(any_app, first.id, "csv").id for _ in range(7)]

    def exported(before: list[int]) -> list[int]:
        last = before[-1] if before else None
        return [each.id for each in exports.list_exports(any_app, first.id, STEP, last)]

    seen = turned(exported([]), exported, lambda: exports.request_export(any_app, first.id, "csv"))
    assert seen == asked[::-1]
