"""Pages through all stages with the shipped model, on the demo's drawn forms."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from forms_app import demo
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Charset, Classifier, load_classifier
from forms_app.reading.errors import ForeignPageError
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.intake import open_page
from forms_app.reading.pipeline import read_page, read_pages
from forms_app.reading.registration import PageReference
from forms_app.reading.submissions import read_file
from forms_app.reading.types import GreyImage, Outcome, Value
from forms_app.templating.blanks import load_references
from forms_app.templating.template_file import load_template

SCANS = sorted(demo.FILLED.glob("form-*.*"))


@pytest.fixture(scope="module")
def template() -> FormTemplate:
    return load_template(demo.TEMPLATE)


@pytest.fixture(scope="module")
def references(template: FormTemplate) -> tuple[PageReference, ...]:
    return load_references(template, demo.FOLDER)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier("litert")


def grey(number: int) -> GreyImage:
    return open_page(SCANS[number].read_bytes(), SCANS[number].name, 1).grey


def truth(number: int) -> dict[str, Any]:
    rows = {row["source"]: row["fields"] for row in json.loads(demo.TRUTH.read_text())}
    found: dict[str, Any] = rows[SCANS[number].name]
    return found


def as_tiff(pages: Sequence[GreyImage]) -> bytes:
    images = [Image.fromarray(page) for page in pages]
    buffer = io.BytesIO()
    images[0].save(buffer, "TIFF", save_all=True, append_images=images[1:], compression="jpeg")
    return buffer.getvalue()


def same(value: Value, true: object) -> bool:
    return (list(value) if isinstance(value, tuple) else value) in (true, true or None)


class CountingClassifier:
    """The real classifier, and how often it was called."""

    def __init__(self, inner: Classifier) -> None:
        self.charset: Charset = inner.charset
        self.engine, self.model_id = inner.engine, inner.model_id
        self.calls: list[int] = []
        self._inner = inner

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.calls.append(len(glyphs))
        return self._inner.classify(glyphs)


def test_a_drawn_form_is_read_and_nothing_wrong_is_accepted(
    template: FormTemplate, references: tuple[PageReference, ...], classifier: Classifier
) -> None:
    aligned, page = read_page(grey(0), template, references, classifier)
    wrong = [f for f in page.fields if not same(f.value, truth(0)[f.name])]
    assert [f.name for f in page.fields] == [f.name for f in template.fields]
    assert len(wrong) <= 2 and all(f.needs_review for f in wrong)
    assert aligned.residual_px < 4 and page.template_page == 1


def test_many_pages_are_classified_in_one_call_with_the_same_result(
    template: FormTemplate, references: tuple[PageReference, ...], classifier: Classifier
) -> None:
    pages = [align_onto_template(grey(i), references, template.fields) for i in (0, 1)]
    counting = CountingClassifier(classifier)
    together = read_pages(pages, template, references, counting)
    alone = [read_pages([page], template, references, classifier)[0] for page in pages]
    assert len(counting.calls) == 1 and counting.calls[0] > 100
    for one, other in zip(together, alone, strict=True):
        assert [f.value for f in one.fields] == [f.value for f in other.fields]


def test_a_high_risk_field_goes_to_people_however_sure_the_machine_is(
    template: FormTemplate, references: tuple[PageReference, ...], classifier: Classifier
) -> None:
    risky = replace(template, fields=tuple(replace(f, second_key=True) for f in template.fields))
    _, before = read_page(grey(0), template, references, classifier)
    _, after = read_page(grey(0), risky, references, classifier)
    assert any(not reading.needs_review for reading in before.fields)
    for one, other in zip(before.fields, after.fields, strict=True):
        assert other == replace(
            one, needs_review=True, reasons=(*one.reasons, "high risk: two people key it")
        )


def test_the_blank_itself_reads_blank_everywhere(
    template: FormTemplate, references: tuple[PageReference, ...], classifier: Classifier
) -> None:
    _, page = read_page(references[0].grey, template, references, classifier)
    marks = {"mark", "signature"}
    kinds = {f.name: f.kind for f in template.fields}
    for field in page.fields:
        if kinds[field.name] in marks:
            assert field.value is False
        else:
            assert field.outcome is Outcome.BLANK, field


def test_a_foreign_page_is_never_read(
    template: FormTemplate, references: tuple[PageReference, ...], classifier: Classifier
) -> None:
    rng = np.random.default_rng(3)
    other = np.full((3508, 2480), 255, np.uint8)
    for x, y, w, h in rng.integers(50, 2000, (120, 4)):
        other[y : y + h // 20, x : x + w // 8] = 0
    with pytest.raises(ForeignPageError):
        read_page(other, template, references, classifier)


def test_a_file_of_several_forms_keeps_going_past_bad_pages(
    template: FormTemplate, references: tuple[PageReference, ...], classifier: Classifier
) -> None:
    white = np.full((3508, 2480), 255, np.uint8)
    data = as_tiff([grey(0), white, np.rot90(grey(1), 2)])
    result = read_file(data, "stack.tif", template, references, classifier)
    assert [(f.number, f.code) for f in result.failures] == [(2, "blank_page")]
    assert [(s.number, s.pages[0].number) for s in result.submissions] == [(1, 1), (2, 3)]
    assert result.submissions[1].pages[0].quarter_turns == 2
    surname = next(f for f in result.submissions[1].fields if f.name == "surname")
    assert surname.value == truth(1)["surname"] or surname.needs_review


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "empty_file"), (b"just text\n" * 40, "unsupported_file")]
)
def test_a_file_that_is_no_scan_is_a_failure_not_an_exception(
    data: bytes,
    code: str,
    template: FormTemplate,
    references: tuple[PageReference, ...],
    classifier: Classifier,
) -> None:
    result = read_file(data, "bad.pdf", template, references, classifier)
    assert result.submissions == () and result.failures[0].code == code
    assert "bad.pdf" in result.failures[0].message
