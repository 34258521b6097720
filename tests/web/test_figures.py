"""The page of figures, without a browser."""

from __future__ import annotations

import re

import pytest

from forms_app.services.application import Application
from forms_app.services.dto.figures import Average, By, Share
from forms_app.web.figure_cells import average, estimated, number, per_1000, per_cent, rate
from forms_app.web.figures import DIVISIONS
from tests import factories, figure_rows
from tests.web.visitor import Visitor


@pytest.fixture
def form(app: Application) -> int:
    """A form of which one field was accepted, one corrected, one waits."""
    submission_id = factories.make_submission(app, factories.make_batch(app).id)
    figure_rows.decided(app, submission_id, "number", "1", keystrokes=4, duration_ms=6200)
    return submission_id


def _table(page: str) -> str:
    return page[page.index('<table class="table figures-table"') : page.index("</table>")]


def test_without_figures_the_page_says_what_to_do(visitor: Visitor) -> None:
    assert "No figures of these days" in visitor.get("/figures/").text
    page = visitor.get("/figures/?days=all").text
    assert "No figures yet" in page
    assert "Upload filled forms" in page


@pytest.mark.parametrize("by", DIVISIONS)
def test_each_table_has_a_figure_with_its_n(visitor: Visitor, form: int, by: By) -> None:
    page = visitor.get(f"/figures/?by={by}").text
    assert "1 of 1" in _table(page), "one corrected of one reviewed"
    assert "–" in _table(page), "no sample, no second key, no seeded error"
    assert 'id="sum-automation"' in page
    assert "6.2\u00a0s" in page


def test_pages_keep_to_the_policy(visitor: Visitor, form: int) -> None:
    answer = visitor.get("/figures/")
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>", answer.text)


def test_scopes_narrow_and_lead_back(visitor: Visitor, form: int) -> None:
    by_batch = _table(visitor.get("/figures/?by=batch").text)
    assert "/figures/?by=field&amp;batch=1&amp;days=all" in by_batch
    batch = visitor.get("/figures/?batch=1").text
    assert 'href="/batches/1"' in batch
    assert "Figures of March" in batch
    assert "figures.csv?by=field&amp;batch=1&amp;days=all" in batch
    assert 'href="/templates/versions/1"' in _table(batch)
    assert "Figures of Intake" in visitor.get("/figures/?template=1&by=operator&days=7").text
    assert "/figures/?batch=1" in visitor.get("/batches/1").text


@pytest.mark.parametrize(
    "query", ["by=colour", "by=total", "days=0", "days=8", "days=x", "batch=x", "template=1x"]
)
def test_addresses_that_ask_for_nothing_there_is(visitor: Visitor, query: str) -> None:
    answer = visitor.get(f"/figures/?{query}")
    assert answer.status_code == 422
    assert "Choose on the page of figures" in answer.text
    assert visitor.get(f"/figures/figures.csv?{query}").status_code == 422


def test_what_does_not_exist_has_no_figures(visitor: Visitor) -> None:
    assert visitor.get("/figures/?batch=99").status_code == 404
    assert visitor.get(f"/figures/figures.csv?template={10**30}").status_code == 404


def test_the_table_is_saved_as_csv(visitor: Visitor, form: int) -> None:
    answer = visitor.get("/figures/figures.csv?by=field")
    assert answer.mimetype == "text/csv"
    assert "figures%20by%20field.csv" in answer.headers["Content-Disposition"]
    assert answer.text.splitlines()[1].startswith("1,Intake,number,Number,1,0,0,0.0,1,1,1000.0")


def test_whoever_gave_no_name(visitor: Visitor, form: int) -> None:
    assert "No name given" in _table(visitor.get("/figures/?by=operator").text)


def test_numbers_say_no_more_than_they_know() -> None:
    values = (0, 1e-17, 0.001, 0.83, 8.26, 83, 1204.4)
    assert [number(value) for value in values] == [
        "0",
        "0",
        "<0.01",
        "0.83",
        "8.3",
        "83.0",
        "1\u202f204",
    ]
    shares = (0, 0.0001, 0.934, 0.9999, 1)
    assert [per_cent(share).rstrip("\u00a0%") for share in shares] == [
        "0",
        "0.1",
        "93.4",
        "99.9",
        "100",
    ]


def test_cells_show_their_basis() -> None:
    assert (rate(Share(1, 8)).text, rate(Share(1, 8)).basis) == ("12.5\u00a0%", "1 of 8")
    assert per_1000(Share(1, 8)).text == "125"
    assert per_1000(Share(0, 0)) == rate(Share(0, 0)), "a dash and nothing else"
    missed = estimated(Share(1, 10), 100, per_cent, "\u00a0%")
    assert missed.basis == "1.8–40.4\u00a0% · 1 of 10"
    assert missed.span == pytest.approx((1.787, 40.415), abs=0.001)
    assert average(Average(3, 2.5, 2), "\u00a0s").basis == "mean 2.5\u00a0s · n\u00a03"
