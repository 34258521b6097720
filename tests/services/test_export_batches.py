"""Exports over several batches, how far they are, and how they end early."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from forms_app.errors import NotFoundError, UserError
from forms_app.services import batches, export_building, exports, templates
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice, ExportColumn
from forms_app.services.export_preview import preview_export
from tests import factories
from tests.services.exported_data import FIELDS, built, make_form

PHONE = factories.NUMBER | {"name": "phone"}


def _two_versions(app: Application) -> tuple[int, list[int]]:
    """A template with batches of its first version and of a second one that has a field more."""
    first = factories.make_published(app, FIELDS)
    draft = templates.new_draft(app, first.template_id)
    draft = templates.save_draft(app, draft.id, [PHONE, *FIELDS], draft.revision)
    second = templates.publish(app, draft.id)
    made = [
        batches.create_batch(app, version.id, name).id
        for version, name in ((first, "May"), (second, "June"))
    ]
    for batch_id in made:
        make_form(app, batch_id, f"of-{batch_id}.png")
    return first.template_id, made


def test_all_batches_of_a_template_make_one_table(any_app: Application) -> None:
    template_id, made = _two_versions(any_app)
    other = factories.make_batch(any_app)
    factories.make_submission(any_app, other.id, name="other.png")
    asked = exports.request_export_of_many(any_app, "csv", template_id=template_id)
    assert (asked.batch_id, asked.template_id) == (None, template_id)
    late = batches.create_batch(any_app, _newest(any_app, template_id), "Late")
    make_form(any_app, late.id, "late.png")
    rows = list(csv.DictReader(io.StringIO(built(any_app, asked).decode())))
    assert [(row["_batch"], row["_file"]) for row in rows] == [
        ("May", f"of-{made[0]}.png"),
        ("June", f"of-{made[1]}.png"),
    ]
    assert list(rows[0])[4:6] == ["phone", "surname"]
    assert exports.open_export(any_app, asked.id)[0] == "Intake.csv"
    assert [each.id for each in exports.list_template_exports(any_app, template_id)] == [asked.id]
    assert exports.list_exports(any_app, made[0]) == []
    shown = preview_export(any_app, "csv", ExportChoice(), template_id=template_id)
    assert (shown.forms, len(shown.tables[0].rows)) == (3, 3)


def _newest(app: Application, template_id: int) -> int:
    [summary] = [each for each in templates.list_templates(app) if each.id == template_id]
    assert summary.published_version_id is not None
    return summary.published_version_id


def test_a_column_that_only_another_version_has_is_empty(app: Application) -> None:
    """So that a preset of the newest version is good for older batches, too."""
    _, made = _two_versions(app)
    choice = ExportChoice(columns=(ExportColumn("phone"), ExportColumn("surname")), head=False)
    asked = exports.request_export(app, made[0], "csv", choice=choice)
    assert built(app, asked) == b"phone,surname\r\n,MILLER\r\n"


def test_chosen_batches_are_shown_with_each(app: Application) -> None:
    template_id, made = _two_versions(app)
    asked = exports.request_export_of_many(app, "jsonl", batch_ids=made)
    data = [json.loads(line) for line in built(app, asked).splitlines()]
    assert [form["batch"] for form in data] == ["May", "June"]
    for batch_id in made:
        assert [each.id for each in exports.list_exports(app, batch_id)] == [asked.id]
    one = exports.request_export_of_many(app, "csv", template_id=template_id, batch_ids=made[1:])
    assert built(app, one).count(b"\r\n") == 2
    with pytest.raises(UserError, match="which batches to export"):
        exports.request_export_of_many(app, "csv")


def test_an_export_goes_with_any_of_its_batches(any_app: Application) -> None:
    template_id, made = _two_versions(any_app)
    asked = exports.request_export_of_many(any_app, "csv", template_id=template_id)
    built(any_app, asked)
    batches.delete_batch(any_app, made[0])
    assert exports.list_template_exports(any_app, template_id) == []


def test_columns_of_several_templates_are_not_chosen_at_once(app: Application) -> None:
    own = [factories.make_batch(app, FIELDS).id, factories.make_batch(app).id]
    with pytest.raises(UserError, match="Choose one template first"):
        choice = ExportChoice(columns=(ExportColumn("surname"),))
        exports.request_export_of_many(app, "csv", choice, batch_ids=own)


@pytest.mark.parametrize("export_format", ["csv", "xlsx", "parquet"])
def test_people_see_how_far_it_is_and_can_end_it(
    app: Application, monkeypatch: pytest.MonkeyPatch, export_format: str
) -> None:
    """Also where a library in another language has the records in its hands."""
    batch = factories.make_batch(app, FIELDS)
    for number in range(3):
        make_form(app, batch.id, f"{number}.png")
    asked = exports.request_export(app, batch.id, export_format)
    monkeypatch.setattr(export_building, "TELL_S", 0)
    real, seen = export_building.iter_records, []

    def watched(*args: Any) -> Iterator[Any]:
        for record in real(*args):
            info = exports.get_export(app, asked.id)
            seen.append((info.rows_so_far, info.rows_expected))
            if len(seen) == 2:
                exports.delete_export(app, asked.id)
            yield record

    monkeypatch.setattr(export_building, "iter_records", watched)
    exports.build_export(app, asked.id)
    assert seen == [(0, 3), (0, 3)]
    with pytest.raises(NotFoundError):
        exports.get_export(app, asked.id)
