"""Cross-field rules from the draft to the export, on both databases."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from forms_app.errors import ConflictError, TemplateError, UserError
from forms_app.services import batches, exports, review, template_files, templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests import factories
from tests.fakes import run_sent_tasks


def _digits(name: str, y: int) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.capitalize(),
        "page": 1,
        "kind": "digits",
        "box": [100, y, 200, 50],
        "cells": 4,
    }


FIELDS = [_digits("adults", 200), _digits("children", 300), _digits("guests", 400)]
RULE = {"name": "sum", "kind": "sum", "fields": ["adults", "children"], "total": "guests"}


def make_published(app: Application) -> TemplateVersion:
    return templates.publish(app, with_rules(app, factories.make_draft(app, FIELDS), [RULE]).id)


def with_rules(
    app: Application, draft: TemplateVersion, rules: list[dict[str, Any]]
) -> TemplateVersion:
    fields = draft.definition["fields"]
    return templates.save_draft(app, draft.id, fields, draft.revision, rules=rules)


def make_form(app: Application, adults: str, children: str, guests: str) -> tuple[int, int]:
    """A form read without any doubt; the ids of its batch and of itself."""
    batch = batches.create_batch(app, make_published(app).id, "March")
    values = {"adults": adults, "children": children, "guests": guests}
    readings = [factories.reading(name, value) for name, value in values.items()]
    return batch.id, factories.make_submission(app, batch.id, readings)


def states(app: Application, form_id: int) -> dict[str, str]:
    return {v.field.name: v.state for v in review.get_submission(app, form_id).fields}


def rule_state(app: Application, form_id: int) -> str:
    [check] = review.get_submission(app, form_id).rules
    return check.state


def build_export(app: Application, batch_id: int, kind: str) -> tuple[str, int | None]:
    export = exports.request_export(app, batch_id, kind)
    run_sent_tasks(app)
    _, _, chunks = exports.open_export(app, export.id)
    return b"".join(chunks).decode(), exports.get_export(app, export.id).rule_breaks


def test_rules_are_saved_with_the_fields_and_last(any_app: Application) -> None:
    draft = factories.make_draft(any_app, FIELDS)
    saved = with_rules(any_app, draft, [RULE])
    assert saved.definition["rules"] == [RULE] and saved.problems == ()
    drawn = templates.save_draft(any_app, draft.id, FIELDS[:2], saved.revision)
    assert drawn.definition["rules"] == [RULE]
    [problem] = drawn.problems
    assert problem.startswith("Rule 'sum': there is no field 'guests'; name another in the rule")
    with pytest.raises(TemplateError, match="no field 'guests'"):
        templates.publish(any_app, draft.id)
    with pytest.raises(ConflictError, match="changed elsewhere"):
        with_rules(any_app, saved, [])
    cleared = with_rules(any_app, drawn, [])
    assert "rules" not in cleared.definition and cleared.problems == ()


def test_rules_of_the_wrong_shape_and_of_published_versions_are_refused(app: Application) -> None:
    draft = factories.make_draft(app, FIELDS)
    with pytest.raises(UserError, match="list of objects"):
        with_rules(app, draft, ["sum"])  # type: ignore[list-item]
    with pytest.raises(UserError, match="200 rules at most"):
        with_rules(app, draft, [RULE] * 201)
    with pytest.raises(ConflictError, match="published"):
        with_rules(app, make_published(app), [])


def test_rules_go_into_the_next_version_and_through_files(app: Application) -> None:
    published = make_published(app)
    assert templates.new_draft(app, published.template_id).definition["rules"] == [RULE]
    definition = {"format": "fieldhand/1", "name": "In", "rules": [RULE]}
    page = {"image": "a.tiff", "width": factories.WIDTH_PX, "height": factories.HEIGHT_PX}
    imported = template_files.import_template(
        app,
        definition | {"pages": [page], "fields": FIELDS},
        {"a.tiff": factories.draw_blank(1, FIELDS)},
    )
    assert imported.definition["rules"] == [RULE]


def test_a_broken_rule_sends_all_of_its_fields_to_a_person(any_app: Application) -> None:
    batch_id, form_id = make_form(any_app, "12", "7", "20")
    assert set(states(any_app, form_id).values()) == {"open"}
    item = review.next_item(any_app, batch_id)
    assert item is not None and item.total == 3
    [check] = item.rules
    assert (check.name, check.state) == ("sum", "broken")
    assert check.message == "Adults (12) + Children (7) makes 19, but Guests is 20."
    assert check.fields[2] == ("guests", "Guests")


def test_correcting_one_field_frees_the_others(any_app: Application) -> None:
    batch_id, form_id = make_form(any_app, "12", "7", "20")
    review.decide(any_app, form_id, "guests", "correct", "19")
    assert states(any_app, form_id) == {
        "adults": "accepted",
        "children": "accepted",
        "guests": "decided",
    }
    assert rule_state(any_app, form_id) == "holds"
    assert batches.get_batch(any_app, batch_id).summary.state == "done"
    review.undo_decision(any_app, form_id, "guests")
    assert set(states(any_app, form_id).values()) == {"open"}


def test_keeping_every_value_against_the_rule_must_be_said(any_app: Application) -> None:
    batch_id, form_id = make_form(any_app, "12", "7", "20")
    review.decide(any_app, form_id, "adults", "confirm")
    review.decide(any_app, form_id, "children", "confirm")
    with pytest.raises(UserError, match="Rule “sum” is broken: Adults"):
        review.decide(any_app, form_id, "guests", "confirm")
    assert rule_state(any_app, form_id) == "broken"
    result = review.decide(any_app, form_id, "guests", "confirm", override=True, note="as on paper")
    assert result.submission_state == "done"
    assert rule_state(any_app, form_id) == "confirmed"
    text, breaks = build_export(any_app, batch_id, "csv")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["_rules"].startswith("sum (confirmed): Adults (12)")
    assert breaks == 0


def test_a_correction_may_break_a_rule_that_held(any_app: Application) -> None:
    _, form_id = make_form(any_app, "12", "7", "19")
    assert set(states(any_app, form_id).values()) == {"accepted"}
    review.decide(any_app, form_id, "adults", "correct", "13")
    assert states(any_app, form_id)["children"] == "open"


def test_an_unreadable_field_makes_no_rule_broken(any_app: Application) -> None:
    _, form_id = make_form(any_app, "12", "7", "20")
    result = review.decide(any_app, form_id, "adults", "unreadable")
    assert rule_state(any_app, form_id) == "unknown"
    assert result.submission_state == "done"


def test_exports_list_what_is_broken(app: Application) -> None:
    batch_id, _ = make_form(app, "12", "7", "20")
    text, breaks = build_export(app, batch_id, "json")
    [form] = json.loads(text)
    assert form["rules"] == [
        {
            "name": "sum",
            "state": "broken",
            "message": "Adults (12) + Children (7) makes 19, but Guests is 20.",
        }
    ]
    assert breaks == 1
    plain = factories.make_batch(app)
    factories.make_submission(app, plain.id)
    text, breaks = build_export(app, plain.id, "csv")
    assert "_rules" not in text and breaks is None
