"""Figures as CSV."""

from __future__ import annotations

import csv
import io

from forms_app.services import batches, figures
from forms_app.services.application import Application
from forms_app.services.dto.figures import By
from forms_app.services.figure_tables import COLUMNS, as_csv
from tests import factories, figure_rows


def _rows(app: Application, by: By) -> list[dict[str, str]]:
    text = as_csv(figures.report(app, by)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_numbers_are_bare_and_nothing_is_empty(app: Application) -> None:
    batch = factories.make_batch(app)
    form = factories.make_submission(app, batch.id)
    figure_rows.decided(app, form, "number", "1", keystrokes=3, duration_ms=2500)
    figure_rows.seeded(app, form, "surname", 1, missed=False)
    (row,) = _rows(app, By.BATCH)
    assert (row["batch_id"], row["batch"]) == (str(batch.id), "March")
    assert (row["fields"], row["accepted"], row["waiting"]) == ("3", "1", "1")
    assert row["automation_rate"] == "0.333333"
    assert row["corrections_per_1000"] == "1000.0"
    assert (row["seconds_median"], row["fields_per_hour"]) == ("2.5", "1440.0")
    assert (row["miss_rate"], row["miss_rate_low"]) == ("0.0", "0.0")
    assert row["miss_rate_high"] == "0.793451"
    assert row["accepted_errors_per_1000"] == row["accepted_errors_per_1000_high"] == ""
    assert row["second_key_agreement"] == ""


def test_each_table_says_whose_row_it_is(app: Application) -> None:
    form = factories.make_submission(app, factories.make_batch(app).id)
    figure_rows.decided(app, form, "number", "1")
    heads = {
        By.DAY: ["day"],
        By.TEMPLATE: ["template_id", "template"],
        By.FIELD: ["template_id", "template", "field", "label"],
        By.OPERATOR: ["user_id", "user"],
    }
    for by, head in heads.items():
        row = _rows(app, by)[0]
        assert list(row) == [*head, *COLUMNS]
        assert all(row[name] for name in head)


def test_no_name_becomes_a_formula(app: Application) -> None:
    version = factories.make_published(app)
    batch = batches.create_batch(app, version.id, '=HYPERLINK("http://evil")')
    factories.make_submission(app, batch.id)
    assert _rows(app, By.BATCH)[0]["batch"] == '\'=HYPERLINK("http://evil")'
