"""The operations pages by their addresses, without a browser."""

from __future__ import annotations

import pytest
from flask import Flask

from forms_app.services import exports, operations_actions, people
from forms_app.services.application import Application
from forms_app.services.attempts import claim, fail
from forms_app.services.template_jobs import request_job
from forms_app.store.models import LOCAL_USER_ID, PageRow
from forms_app.store.stages import Stage, Subject
from forms_app.store.states import JobKind, PageState
from forms_app.web import operations
from tests import factories
from tests.fakes import RecordingTaskSender
from tests.web.visitor import HTMX, Visitor

NOTHING_READ = "Nothing can be read here."


@pytest.fixture
def batch_id(app: Application) -> int:
    return factories.make_batch(app).id


@pytest.fixture
def pages(app: Application, batch_id: int) -> list[int]:
    """Three pages that wait to be laid."""
    return factories.make_pages(app, batch_id, 3)


@pytest.fixture
def anna(flask_app: Flask, app: Application) -> Visitor:
    """Somebody who has said who she is."""
    visitor = Visitor(flask_app)
    visitor.post("/people/choose", {"user_id": people.add_person(app, "Anna").id})
    return visitor


def _fail(app: Application, *page_ids: int) -> None:
    for page_id in page_ids:
        fail(app, PageRow, page_id, "blurred", NOTHING_READ)


def test_with_nothing_to_do_it_says_so(visitor: Visitor) -> None:
    page = visitor.get("/operations/").text
    assert "Nothing waits, nothing failed." in page
    assert "Nothing has failed." in page
    # Nobody has started the broker of these settings.
    assert "It does not answer. What waits is kept in the database" in page
    assert "Not known while the broker does not answer." in page
    assert "Send again" not in page and "Retry all" not in page
    assert "Nothing waits here" in visitor.get("/operations/waiting/read").text
    assert "Nothing has failed here" in visitor.get("/operations/failed/export").text


def test_the_overview_shows_what_waits_and_what_failed(
    visitor: Visitor, app: Application, pages: list[int], batch_id: int
) -> None:
    _fail(app, pages[0])
    assert claim(app, PageRow, pages[1], PageState.PENDING)
    exports.request_export(app, batch_id, "csv")
    request_job(app, JobKind.DETECTION, None, {})
    html = visitor.get("/operations/live", headers=HTMX).text
    assert html.startswith('<div id="operations-live" data-live="3"')
    assert "1\N{NO-BREAK SPACE}page" in html and "1\N{NO-BREAK SPACE}export" in html
    assert "1\N{NO-BREAK SPACE}piece of work" in html
    assert NOTHING_READ in html and "scan.png, page 1" in html
    assert 'id="retry-all-page-blurred"' in html
    # The page that a worker holds, and for how long it still does.
    assert "scan.png, page 2" in html and "Lease ends in" in html
    assert "too few were read" in html


def test_a_list_shows_the_state_of_each(
    visitor: Visitor, app: Application, pages: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert claim(app, PageRow, pages[0], PageState.PENDING)
    html = visitor.get("/operations/waiting/align").text
    assert "in work, lease ends in" in html and ">waits<" in html
    assert html.count("Stop it") == 2
    factories.let_time_pass(app, 10)
    assert "its worker is gone" in visitor.get("/operations/waiting/align/live").text
    monkeypatch.setattr(operations, "ROWS_SHOWN", 2)
    assert f"after={pages[1]}" in visitor.get("/operations/waiting/align").text
    rest = visitor.get(f"/operations/waiting/align?after={pages[1]}").text
    assert f'id="item-{pages[2]}"' in rest and f'id="item-{pages[1]}"' not in rest


def test_waiting_work_is_sent_again(
    visitor: Visitor, app: Application, pages: list[int], tasks: RecordingTaskSender
) -> None:
    factories.let_time_pass(app, 1)
    one = f"/operations/waiting/align/requeue?row={pages[2]}"
    assert "1 thing was sent again." in visitor.post(one, headers=HTMX).text
    every = "/operations/waiting/align/requeue"
    assert "2 things were sent again." in visitor.post(every, headers=HTMX).text
    assert [args for _, args in tasks.take()] == [(pages[2],), (pages[0],), (pages[1],)]
    assert "Nothing waits here that was not sent" in visitor.post(every, headers=HTMX).text


def test_a_broker_that_is_gone_is_told(
    visitor: Visitor, app: Application, pages: list[int], tasks: RecordingTaskSender
) -> None:
    factories.let_time_pass(app, 1)
    tasks.is_down = True
    answer = visitor.post("/operations/waiting/align/requeue", headers=HTMX)
    assert answer.status_code == 503
    assert answer.json is not None and "broker does not answer" in answer.json["message"]


def test_stopped_work_is_tried_again_and_removed(
    anna: Visitor, app: Application, batch_id: int
) -> None:
    file = factories.upload(app, batch_id, b"a scan of some kind", "blot.png")
    stop = f"/operations/file/{file.id}/stop"
    assert (
        "blot.png was stopped" in anna.post(stop, {"reason": "the wrong ward"}, headers=HTMX).text
    )
    shown = anna.get("/operations/failed/file").text
    assert "Stopped by Anna: the wrong ward" in shown
    assert "does not wait any more" in anna.post(stop, headers=HTMX).text
    retry = f"/operations/file/{file.id}/retry"
    assert "blot.png is tried again." in anna.post(retry, headers=HTMX).text
    assert "nothing to try again" in anna.post(retry, headers=HTMX).text
    remove = f"/operations/file/{file.id}/remove"
    assert "has not failed (any more)" in anna.post(remove, headers=HTMX).text
    anna.post(stop)
    assert "blot.png was removed." in anna.post(remove, headers=HTMX).text
    assert "This was deleted meanwhile" in anna.post(remove, headers=HTMX).text


def test_a_page_is_taken_out_and_brought_back(
    visitor: Visitor, app: Application, pages: list[int]
) -> None:
    _fail(app, pages[0])
    said = visitor.post(f"/operations/page/{pages[0]}/take-out", headers=HTMX).text
    assert "scan.png, page 1 was taken out" in said
    back = f"/operations/page/{pages[0]}/bring-back"
    assert f'hx-post="{back}"' in said
    assert "is back and is read again" in visitor.post(back, headers=HTMX).text
    assert "is being read; wait" in visitor.post(back, headers=HTMX).text


def test_all_of_a_reason_or_a_batch_are_tried_again(
    visitor: Visitor, app: Application, pages: list[int], batch_id: int
) -> None:
    _fail(app, *pages)
    listed = visitor.get(f"/operations/failed/page?reason=blurred&batch={batch_id}").text
    assert "Of the batch “March”." in listed and "Retry all of these" in listed
    retry = f"/operations/failed/page/retry?reason=blurred&batch={batch_id}"
    assert "3 are tried again." in visitor.post(retry, headers=HTMX).text
    assert "Nothing had failed any more." in visitor.post(retry, headers=HTMX).text


def test_exports_and_template_work_have_lists_too(
    visitor: Visitor, app: Application, batch_id: int
) -> None:
    export = exports.request_export(app, batch_id, "xlsx")
    job = request_job(app, JobKind.DRY_RUN, None, {})
    assert "Export as XLSX" in visitor.get("/operations/waiting/export").text
    assert "Dry run" in visitor.get("/operations/waiting/template").text
    for subject, row_id in ((Subject.EXPORT, export.id), (Subject.JOB, job.id)):
        operations_actions.stop(app, subject, row_id, "", LOCAL_USER_ID)
        assert "Stopped by Somebody." in visitor.get(f"/operations/failed/{subject}").text
        address = f"/operations/{subject}/{row_id}/remove"
        assert "was removed." in visitor.post(address, headers=HTMX).text


def test_what_does_not_exist_is_not_found(visitor: Visitor) -> None:
    for address in ("/operations/waiting/lunch", "/operations/failed/lunch"):
        assert visitor.get(address).status_code == 404
    assert visitor.get("/operations/failed/page?batch=99").status_code == 404
    answer = visitor.post(f"/operations/page/{10**17}/take-out", headers=HTMX)
    assert "deleted meanwhile" in answer.text


def test_actions_need_the_token_of_the_page(
    visitor: Visitor, app: Application, pages: list[int], tasks: RecordingTaskSender
) -> None:
    factories.let_time_pass(app, 1)
    tasks.take()
    for path in (
        "/operations/waiting/align/requeue",
        f"/operations/page/{pages[0]}/stop",
        f"/operations/page/{pages[0]}/take-out",
        "/operations/failed/page/retry",
    ):
        assert visitor.post_without_token(path).status_code == 400
        assert visitor.get(path).status_code in (404, 405)
    assert tasks.take() == []


def test_without_scripts_an_action_leads_back(visitor: Visitor, pages: list[int]) -> None:
    address = f"/operations/page/{pages[0]}/stop"
    assert visitor.post(address).location == "/operations/"
    back = visitor.post(address, {"next": f"/operations/waiting/{Stage.ALIGN}"})
    assert back.location == "/operations/waiting/align"
