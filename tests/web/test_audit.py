"""The page of the audit trail, and what pages write into it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from forms_app.origins import Source
from forms_app.services import audit_log, batches, erasure, exports, projects, review
from forms_app.services.application import Application
from forms_app.store.models import LOCAL_USER_ID
from forms_app.store.states import Role
from forms_app.web import audit, seeing
from tests import factories
from tests.accounts import make_account, quick_hashes
from tests.api.program import Program, new_token
from tests.compiled_pages import compiled_once
from tests.services.audit_trail import events_of, run, write_events
from tests.web.deeds import deeds_and_things
from tests.web.signing_in import Stranger, pages_with_sign_in
from tests.web.visitor import Visitor

__all__ = ["quick_hashes"]
SHOW_NOTHING = {
    "api_exports.get_export",
    "api_pages.get_page",
    "pages.start",
    "review.station_at",
    "review_field.waiting",
}
"""Its state alone, or a page whose script asks for the rest."""


@pytest.fixture
def form(app: Application) -> int:
    return factories.make_submission(app, factories.make_batch(app).id)


def test_the_page_lists_what_happened_and_narrows_it_down(
    visitor: Visitor, app: Application
) -> None:
    assert "Nothing has happened yet" in visitor.get("/audit/").text
    write_events(app, audit.ROWS_SHOWN + 1)
    page = visitor.get("/audit/").text
    assert 'id="event-101"' in page and 'id="event-1"' not in page
    assert 'id="event-1"' in visitor.get("/audit/?before=2").text
    assert events_of(app)[-1].hash in page
    found = visitor.get("/audit/?person=Somebody&verb=look&thing=thing&number=7").text
    assert 'id="event-8"' in found and 'id="event-7"' not in found
    assert "No such events" in visitor.get("/audit/?person=Anna").text
    assert "No such events" in visitor.get("/audit/?until=2020-01-01").text
    for address in ("/audit/?since=yesterday", "/audit/?number=-1"):
        assert visitor.get(address).status_code == 422


def test_every_deed_and_thing_has_words_of_its_own(flask_app: Flask) -> None:
    deeds, things = deeds_and_things()
    for language in ("en", "de"):
        with flask_app.test_request_context(headers={"Accept-Language": language}):
            words: Any = flask_app.jinja_env.get_template("audit/_words.html").make_module()
        # What is written down no longer stands in old trails.
        assert deeds <= set(words.deed_words)
        assert things <= set(words.thing_words)
        assert set(words.source_words) == set(Source)
        assert len(set(words.deed_words.values())) == len(words.deed_words)


def test_the_page_says_in_words_what_files_say_in_codes(visitor: Visitor, form: int) -> None:
    visitor.get(f"/review/forms/{form}")
    page = visitor.get("/audit/?verb=see&thing=submission").text
    assert '<option value="see" selected>saw</option>' in page
    assert f">Form {form}</a>" in page and f'title="submission {form} ' in page
    assert re.search(r'title="web · Request \w+">the pages<', page)
    assert ",see,submission," in visitor.get("/audit/trail.csv").text


def test_what_is_gone_is_not_led_to(visitor: Visitor, app: Application, form: int) -> None:
    other = factories.make_submission(app, factories.make_batch(app).id)
    for each in (form, other):
        visitor.get(f"/review/forms/{each}")
    assert visitor.get("/audit/?verb=see").text.count("Open<") == 2
    erasure.erase(app, form, "asked for", LOCAL_USER_ID)
    batches.delete_batch(app, review.get_submission(app, other).batch_id)
    page = visitor.get("/audit/?verb=see").text
    assert "Open<" not in page and ">erased</span>" in page and ">deleted</span>" in page


def test_taking_the_trail_along_is_an_event(visitor: Visitor, app: Application) -> None:
    write_events(app, 2)
    taken = visitor.get("/audit/trail.jsonl?number=1")
    [line] = map(json.loads, taken.text.splitlines())
    assert (line["verb"], line["subject_id"]) == ("look", 1)
    assert visitor.get("/audit/trail.csv").text.count("\n") == 1 + 3 + 1
    last = events_of(app)[-1]
    assert (last.verb, last.subject_type, last.source) == ("export", "audit", "web")
    assert last.request_id
    assert last.address is None


def test_whoever_opens_a_form_or_its_pictures_is_written_down(
    visitor: Visitor, app: Application, form: int
) -> None:
    assert visitor.get(f"/review/{form + 1}/pages/1.png").status_code == 404
    assert events_of(app, "see") == []
    for address in (f"{form}/pages/1.png", f"{form}/crop.png?field=number", f"forms/{form}"):
        visitor.get(f"/review/{address}")
    [seen] = events_of(app, "see")
    assert (seen.subject_type, seen.subject_id, seen.user_name) == ("submission", form, "Somebody")


def test_a_program_that_reads_a_form_is_written_down(
    flask_app: Flask, app: Application, form: int
) -> None:
    program = Program(flask_app, new_token(app))
    for _ in range(2):
        assert program.get(f"/submissions/{form}").status_code == 200
    [seen] = events_of(app, "see")
    assert (seen.source, seen.subject_id, seen.user_name) == ("api", form, "Somebody")


def test_whoever_takes_an_export_is_written_down(
    visitor: Visitor, app: Application, form: int
) -> None:
    batch_id = review.get_submission(app, form).batch_id
    export = exports.request_export(app, batch_id, "csv")
    assert visitor.get(f"/exports/{export.id}/download").status_code == 409
    exports.build_export(app, export.id)
    visitor.get(f"/exports/{export.id}/download")
    [taken] = events_of(app, "download")
    assert (taken.subject_type, taken.subject_id, taken.project_id) == ("export", export.id, 1)


def test_what_cannot_be_written_down_is_not_shown(
    visitor: Visitor, app: Application, form: int
) -> None:
    run(app, "ALTER TABLE audit_events RENAME TO gone")
    refused = visitor.get(f"/review/forms/{form}")
    assert (refused.status_code, "does not answer" in refused.text) == (503, True)


@pytest.mark.usefixtures("quick_hashes")
def test_auditors_see_their_project_administrators_all(app: Application) -> None:
    make_account(app, "Anna", [Role.AUDITOR])
    make_account(app, "Chief", is_admin=True)
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    for project_id in (1, other_id):
        audit_log.record(app, "look", "thing", 100 + project_id, None, project_id=project_id)
    site = pages_with_sign_in(app)
    seen = {}
    for login in ("anna", "chief"):
        person = Stranger(site)
        person.sign_in(login)
        for query in ("", "?project=1"):
            page = person.get(f"/audit/{query}").text
            seen[login, query] = {int(each) for each in re.findall(r"thing (\d+)</a>", page)}
        taken = person.get("/audit/trail.jsonl?verb=look").text.splitlines()
        seen[login, "taken"] = {json.loads(line)["subject_id"] for line in taken}
    own, all_of_them = {101}, {101, 100 + other_id}
    assert seen == {
        ("anna", ""): own,
        ("anna", "?project=1"): own,
        ("anna", "taken"): own,
        ("chief", ""): all_of_them,
        ("chief", "?project=1"): own,
        ("chief", "taken"): all_of_them,
    }
    [first, *_] = events_of(app, "sign_in")
    assert (first.user_name, first.source, first.project_id) == ("Anna", "web", None)


def test_addresses_are_kept_where_the_settings_say_so(app: Application) -> None:
    kept = replace(app, settings=replace(app.settings, audit_addresses="on"))
    Visitor(compiled_once(kept)).get("/audit/trail.csv")
    assert events_of(app)[-1].address == "127.0.0.1"


def test_whatever_shows_a_form_is_in_the_table(flask_app: Flask) -> None:
    """A new address with the id of a form, page or export either shows nothing of it, or tells."""
    told = {*seeing.SHOWS, *seeing.GIVES}
    assert told <= set(flask_app.view_functions)
    asked = {
        rule.endpoint
        for rule in flask_app.url_map.iter_rules()
        if {"submission_id", "page_id", "export_id"} & rule.arguments
        and "GET" in (rule.methods or ())
    }
    assert asked - told == SHOW_NOTHING
