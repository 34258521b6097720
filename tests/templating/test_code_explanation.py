"""What the codes on a template's pages hold, in words."""

from __future__ import annotations

import pytest

from forms_app.templating.code_explanation import CodeVerdict, explain_code, try_code


def test_parts_in_words_and_as_a_text() -> None:
    found = explain_code("template:page:submission", "Clinic intake", 2)
    assert found.sentence == "A code tells the template, the page and the filled form."
    assert [effect.split(":")[0] for effect in found.effects] == ["Template", "Page", "Submission"]
    assert "“Clinic intake”" in found.effects[0] and "1 to 2; that page" in found.effects[1]
    assert found.example == "Clinic intake:1:000123" and not found.problem
    assert try_code("template:page:submission", found.example, "clinic INTAKE", 2) == CodeVerdict(
        (("template", "Clinic intake"), ("page", "1"), ("submission", "000123"))
    )


def test_an_expression_has_no_example_but_can_be_tried() -> None:
    setting = "F-(?P<submission>[0-9]+)"
    found = explain_code(setting, "In", 1)
    assert (found.sentence, found.example) == ("A code tells the filled form.", "")
    assert try_code(setting, "F-17", "In", 1).parts == (("submission", "17"),)


def test_nothing_and_nonsense() -> None:
    assert explain_code(" ", "In", 1).sentence.startswith("No code is looked for")
    assert explain_code("number", "In", 1).problem.startswith("Write the parts")
    assert explain_code("(?P<page>[", "In", 1).problem.startswith("The expression has a fault")


@pytest.mark.parametrize(
    ("setting", "text", "said"),
    [
        ("page:submission", "17", "does not look like that"),
        ("template:page", "Other:1", "names the template “Other”, and this one is “In”"),
        ("page-submission", "3-A", "names page 3, and the template has 2"),
    ],
)
def test_a_text_that_does_not_count_says_why(setting: str, text: str, said: str) -> None:
    found = try_code(setting, text, "In", 2)
    assert found.parts == () and said in found.problem
