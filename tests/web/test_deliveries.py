"""The pages of scheduled deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.bootstrap import bootstrap
from forms_app.config import Settings
from forms_app.services import deliveries
from forms_app.services.application import Application
from forms_app.services.delivery_planning import keep_up
from tests import factories
from tests.compiled_pages import compiled_once
from tests.fakes import run_sent_tasks, with_recorded_tasks
from tests.web.visitor import Visitor


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "delivered"
    folder.mkdir()
    return folder


@pytest.fixture
def site(settings: Settings, place: Path) -> Iterator[Application]:
    """Where exports may be delivered to one folder."""
    allowed = replace(settings, delivery_folders=str(place))
    with with_recorded_tasks(bootstrap(allowed)) as application:
        yield application


def _work(site: Application) -> None:
    run_sent_tasks(site)
    while keep_up(site):
        run_sent_tasks(site)


def test_a_delivery_from_the_form_to_the_file(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    visitor = Visitor(compiled_once(site))
    assert "Nothing is delivered by itself yet" in visitor.get("/deliveries/").text
    form = visitor.get(f"/deliveries/new?batch={batch.id}").text
    assert f'value="batch:{batch.id}" selected' in form and str(place) in form
    asked = {"name": "Daily", "of": f"batch:{batch.id}", "what": "csv", "rhythm": "day"}
    wrong = visitor.post("/deliveries/", {**asked, "place": str(place), "folder": "../x"})
    assert wrong.status_code == 422 and "path below the place" in wrong.text
    assert visitor.post("/deliveries/", {**asked, "place": "/etc"}).status_code == 422
    made = visitor.post("/deliveries/", {**asked, "place": str(place), "folder": "a"})
    assert made.location == "/deliveries/1"
    assert visitor.post("/deliveries/1/now").location == "/deliveries/1"
    assert "on its way" in visitor.get("/deliveries/1/live").text
    _work(site)
    [file] = (place / "a").iterdir()
    shown = visitor.get("/deliveries/1").text
    assert file.name in shown and "delivered" in shown
    assert "Daily" in visitor.get("/deliveries/live").text
    visitor.post("/deliveries/1/pause")
    assert "paused" in visitor.get("/deliveries/").text
    visitor.post("/deliveries/1/resume")
    assert "paused" not in visitor.get("/deliveries/").text
    visitor.post("/deliveries/1/delete")
    assert visitor.get("/deliveries/1").status_code == 404


def test_what_failed_is_told_and_tried_again(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    visitor = Visitor(compiled_once(site))
    asked = {"name": "D", "of": f"batch:{batch.id}", "what": "csv", "rhythm": "hour"}
    visitor.post("/deliveries/", {**asked, "place": str(place)})
    place.rmdir()
    visitor.post("/deliveries/1/now")
    _work(site)
    for path in ("/deliveries/1", "/deliveries/"):
        assert "is its disk mounted?" in visitor.get(path).text
    place.mkdir()
    [run] = deliveries.list_runs(site, 1)
    assert visitor.post(f"/deliveries/runs/{run.id}/retry").location == "/deliveries/1"
    _work(site)
    assert [file.name for file in place.iterdir()] == [f"{run.file_name}.csv"]


def test_without_a_place_the_page_says_what_is_missing(visitor: Visitor) -> None:
    assert "delivery_folders" in visitor.get("/deliveries/new").text
