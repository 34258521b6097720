"""Places of scheduled deliveries as the doctor sees them: folders and a real S3 server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.config import load_settings
from forms_app.doctor.deliveries import check_deliveries
from forms_app.errors import StorageUnavailableError
from forms_app.services import deliveries
from forms_app.services.application import Application
from forms_app.services.delivery_places import try_place
from forms_app.services.dto.deliveries import DeliveryWish
from tests.doctor.asking import as_nobody, by_name, verdicts
from tests.factories import make_batch


def _deliver(app: Application, place: str, folder: str = "", name: str = "Daily") -> Application:
    """The application with a delivery to a place that its settings allow."""
    app = replace(app, settings=replace(app.settings, delivery_folders=place))
    wish = DeliveryWish(
        name=name, rhythm="day", place=place, folder=folder, batch_id=make_batch(app).id
    )
    deliveries.create_delivery(app, wish)
    return app


def test_nothing_is_said_where_there_is_no_database(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path / "data")
    assert verdicts(check_deliveries(settings)) == {}
    assert not settings.data_dir.exists()


def test_a_folder_that_works_is_left_as_it_was(app: Application, tmp_path: Path) -> None:
    said = by_name(check_deliveries(app.settings))["works"].said
    assert said == "Nothing is delivered by schedule."
    place = tmp_path / "out"
    place.mkdir()
    app = _deliver(app, str(place), "accounting/2026")
    _deliver(app, str(place), "accounting/2026", "Again")
    found = by_name(check_deliveries(app.settings))["works"]
    assert (found.verdict, found.said) == ("ok", "1 place of deliveries can be written.")
    assert list(place.iterdir()) == []


def test_a_folder_that_is_gone_or_closed_is_told_until_it_is_paused(
    app: Application, tmp_path: Path
) -> None:
    place = tmp_path / "out"
    app = _deliver(app, str(place), "accounting")
    found = by_name(check_deliveries(app.settings))["delivery_1"]
    assert found.verdict == "failed" and "mounted" in found.advice
    assert f"“Daily” cannot deliver to {place}/accounting: " in found.said
    place.mkdir(0o500)
    # The database is not nobody's to read.
    with as_nobody(), pytest.raises(StorageUnavailableError, match="may be written to"):
        try_place(str(place), "accounting")
    elsewhere = replace(app.settings, delivery_folders="")
    found = by_name(check_deliveries(elsewhere))["delivery_1"]
    assert found.verdict == "warning" and "delivery_folders" in found.said
    deliveries.pause_delivery(app, 1)
    assert verdicts(check_deliveries(app.settings)) == {"works": "ok"}


@pytest.mark.s3
def test_a_bucket_answers_or_not(
    app: Application, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _deliver(app, f"{s3_url}/doctor", "a")
    assert verdicts(check_deliveries(app.settings)) == {"works": "ok"}
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    found = by_name(check_deliveries(app.settings))["delivery_1"]
    assert found.verdict == "failed" and "AWS_ENDPOINT_URL" in found.advice
