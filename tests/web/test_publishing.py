"""What the editor's helpers ask before publishing, and rules at the review station."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np

from forms_app.reading.types import GreyImage
from forms_app.services import batches, exports, templates
from forms_app.services.application import Application
from forms_app.services.export_building import build_export
from forms_app.services.job_running import run_template_job
from tests import factories
from tests.services.test_rules import FIELDS, RULE, make_form
from tests.services.test_template_jobs import no_samples, scan
from tests.web.visitor import FETCH, Visitor


def as_image(png: bytes) -> GreyImage:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return np.asarray(image, np.uint8)


def as_png(image: GreyImage) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def run_jobs(app: Application) -> None:
    for _, args in app.tasks.take():  # type: ignore[attr-defined]
        run_template_job(app, *args, no_samples)


def test_the_health_check_as_json(visitor: Visitor, app: Application) -> None:
    version = factories.make_draft(app, [factories.SURNAME | {"cells": 60}])
    found = visitor.get(f"/templates/versions/{version.id}/health").json["findings"]
    first = found[0]
    assert (first["severity"], first["code"], first["field"]) == (
        "must",
        "cells_few_pixels",
        "surname",
    )
    assert first["message"] and first["advice"]
    assert visitor.get("/templates/versions/999/health").status_code == 404


def test_the_registration_test_is_watched_until_it_is_done(
    visitor: Visitor, app: Application
) -> None:
    version = factories.make_draft(app)
    asked = visitor.send_json(f"/templates/versions/{version.id}/registration", {}).json
    assert asked["state"] == "pending" and asked["result"] is None
    run_jobs(app)
    job = visitor.get(asked["url"]).json
    assert (job["state"], job["done"], job["total"]) == ("done", 4, 4)
    assert isinstance(job["result"]["findings"], list)


def test_fields_are_looked_for_by_a_worker_and_found_again_in_the_editor(
    visitor: Visitor, app: Application
) -> None:
    version = templates.create_template(app, "Intake", factories.draw_blank(), "blank.tiff")
    address = f"/templates/versions/{version.id}/detections"
    asked = visitor.send_json(address, {"pages": [1]})
    assert asked.status_code == 202 and asked.json["state"] == "pending"
    run_jobs(app)
    job = visitor.get(asked.json["url"]).json
    assert (job["state"], job["done"], job["total"]) == ("done", 1, 1)
    [page] = job["result"]["pages"]
    assert page["number"] == 1 and page["fields"]
    assert asked.json["url"] in visitor.get(f"/templates/versions/{version.id}/edit").text
    for bad in ({}, {"pages": 1}, {"pages": ["1"]}, {"pages": [True]}, []):
        answer = visitor.send_json(address, bad)
        assert answer.status_code == 422 and "Say for which pages" in answer.json["message"]
    assert visitor.send_json(address, {"pages": [2]}).status_code == 404


def test_a_sample_is_tried_looked_at_and_forgotten(visitor: Visitor, app: Application) -> None:
    version = factories.make_draft(app)
    files = {"files": [(BytesIO(scan()), "folder/a.png")]}
    address = f"/templates/versions/{version.id}/tryouts"
    asked = visitor.post(address, files, headers=FETCH)
    assert asked.status_code == 202
    run_jobs(app)
    job = visitor.get(asked.json["url"]).json
    [page] = job["result"]["pages"]
    assert page["source"] == "a.png"
    picture = visitor.get(job["pictures"][page["picture"]])
    assert picture.mimetype == "image/png"
    assert visitor.send_json(asked.json["url"], None, "DELETE").status_code == 204
    assert visitor.get(asked.json["url"]).status_code == 404
    refused = visitor.post(address, {}, headers=FETCH)
    assert refused.status_code == 422 and "Choose one or more" in refused.json["message"]


def test_the_next_sample_has_other_addresses_for_its_pictures(
    visitor: Visitor, app: Application
) -> None:
    """Browsers keep pictures by address; a deleted job's must never mean another's."""
    version = factories.make_draft(app)
    seen = []
    for sample in (scan(), as_png(255 - (255 - as_image(scan())) // 2)):
        files = {"files": [(BytesIO(sample), "a.png")]}
        asked = visitor.post(f"/templates/versions/{version.id}/tryouts", files, headers=FETCH)
        run_jobs(app)
        seen += visitor.get(asked.json["url"]).json["pictures"]
        visitor.send_json(asked.json["url"], None, "DELETE")
    assert len(set(seen)) == 2


def test_rules_and_code_are_kept_with_the_draft(visitor: Visitor, app: Application) -> None:
    version = factories.make_draft(app, FIELDS)
    address = f"/templates/versions/{version.id}/draft"
    sent = {"fields": FIELDS, "revision": version.revision, "rules": [RULE], "code": "page"}
    kept = visitor.send_json(address, sent, "PUT").json
    assert (kept["rules"], kept["code"], kept["problems"]) == ([RULE], "page", [])
    assert visitor.send_json(address, sent, "PUT").status_code == 409
    again = {"fields": FIELDS, "revision": kept["revision"]}
    assert visitor.send_json(address, again | {"rules": 1}, "PUT").status_code == 422
    assert visitor.send_json(address, again | {"code": "x" * 501}, "PUT").status_code == 422
    bare = visitor.send_json(address, again | {"code": ""}, "PUT").json
    assert (bare["rules"], bare["code"]) == ([RULE], "")
    page = visitor.get(f"/templates/versions/{version.id}/edit").text
    assert "date_order" not in page and '"rules": [{' in page


def test_a_broken_rule_is_shown_where_it_is_reviewed(visitor: Visitor, app: Application) -> None:
    batch_id, form_id = make_form(app, "12", "7", "20")
    item = visitor.get(f"/review/{form_id}/item?field=guests").json
    [rule] = item["rules"]
    assert rule["state"] == "broken" and "makes 19" in rule["message"]
    assert [other["label"] for other in rule["others"]] == ["Adults", "Children"]
    assert visitor.get(rule["others"][0]["url"]).status_code == 200
    form = visitor.get(f"/review/forms/{form_id}").text
    assert "1 rule over several fields is broken" in form.replace("\N{NO-BREAK SPACE}", " ")
    export = exports.request_export(app, batch_id, "csv")
    build_export(app, export.id)
    page = visitor.get(f"/batches/{batch_id}/export").text
    assert "1 form breaks a rule" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_the_last_field_of_a_broken_rule_asks_first(visitor: Visitor, app: Application) -> None:
    _, form_id = make_form(app, "12", "7", "20")
    answer, confirm = {}, {"window": "w1", "action": "confirm"}
    for name in ("adults", "children", "guests"):
        address = f"/review/{form_id}/decision?field={name}"
        answer = visitor.send_json(address, confirm).json
    assert "Rule “sum” is broken" in answer["refused"]
    kept = visitor.send_json(
        address, confirm | {"override": True, "note": "The paper says so"}
    ).json
    assert kept["state"] == "decided" and kept["open"] == 0


def test_batches_keep_their_version_when_rules_change(app: Application) -> None:
    batch_id, _ = make_form(app, "12", "7", "20")
    summary = batches.get_batch(app, batch_id).summary
    draft = templates.new_draft(app, summary.template_id)
    templates.save_draft(app, draft.id, [], draft.revision)
    assert batches.get_batch(app, batch_id).summary.version_id != draft.id
    assert templates.get_version(app, summary.version_id).definition["rules"] == [RULE]
