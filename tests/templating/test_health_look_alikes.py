"""Published templates that a draft resembles are named; unlike ones are not."""

from __future__ import annotations

from forms_app.reading.registration import prepare_reference
from forms_app.templating.findings import Finding
from forms_app.templating.health_look_alikes import PublishedPage, look_alike_findings
from tests.reading.sheets import draw_blank
from tests.reading.test_look_alikes import HEIGHT, WIDTH, reference


def check(kind: str) -> list[Finding]:
    """The drawn blank against one other and a form that is quite another."""
    unlike = prepare_reference(1, draw_blank(22, HEIGHT, WIDTH))
    others = [PublishedPage(reference(kind), "Clinic"), PublishedPage(unlike, "Survey")]
    return list(look_alike_findings(reference("blank"), others))


def test_a_second_blank_of_the_same_sheet_is_told_with_what_to_do() -> None:
    [finding] = check("scan")
    assert (finding.severity, finding.code, finding.page) == ("should", "same_as_published", 1)
    assert "same print as page 1 of the published template “Clinic”" in finding.message
    assert "Archive the one" in finding.advice and "separate batches" in finding.advice


def test_an_edition_is_worth_a_look() -> None:
    [finding] = check("edition")
    assert (finding.severity, finding.code) == ("note", "like_published")
    assert "“Clinic”" in finding.message
