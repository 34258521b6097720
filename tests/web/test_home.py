"""The first page."""

from __future__ import annotations

from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.templates import TemplateVersion
from tests.web.drawn import blank_png
from tests.web.visitor import HTMX, Visitor


def test_with_nothing_there_it_says_what_to_do_first(visitor: Visitor) -> None:
    html = visitor.get("/").text
    assert "Read your first paper forms" in html
    assert "Create a template</a>" in html
    assert "Upload filled forms</a>" not in html


def test_with_a_draft_it_says_to_publish_it(visitor: Visitor, app: Application) -> None:
    from forms_app.services import templates

    templates.create_template(app, "Survey", blank_png(), "blank.png")
    assert "Finish and publish “Survey”" in visitor.get("/").text


def test_with_a_template_it_says_to_upload(visitor: Visitor, published: TemplateVersion) -> None:
    html = visitor.get("/").text
    assert "1\u00a0template ready" in html
    assert "Upload filled forms</a>" in html


def test_with_a_batch_it_lists_it(visitor: Visitor, batch: BatchSummary) -> None:
    html = visitor.get("/").text
    assert "March, week 12" in html
    assert "Clinic intake v1" in html
    assert "Nothing waits for your review" in html


def test_the_live_part_renews_the_count_of_the_navigation(
    visitor: Visitor, batch: BatchSummary
) -> None:
    html = visitor.get("/live", headers=HTMX).text
    assert html.startswith('<div id="home-live"')
    assert 'id="nav-count"' in html
    assert 'hx-swap-oob="true"' in html
    assert "hx-swap-oob" not in visitor.get("/").text


def test_what_could_not_be_read_is_not_passed_over(visitor: Visitor, batch: BatchSummary) -> None:
    assert "could not be read" not in visitor.get("/").text
    visitor.upload(batch.id, ("empty.pdf", b""))
    html = visitor.get("/").text
    assert "1 file or page could not be read; the batch says why." in html
    assert "settled" not in html
