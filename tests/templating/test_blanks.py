"""Blank images of a template."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from forms_app import demo
from forms_app.errors import TemplateError
from forms_app.templating.blanks import load_blank, load_blanks, load_references
from forms_app.templating.template_file import load_template


@pytest.fixture
def image(tmp_path: Path) -> Path:
    grey = np.full((300, 200), 255, np.uint8)
    grey[100:110, 50:150] = 0
    path = tmp_path / "blank.png"
    cv2.imwrite(str(path), grey)
    return path


def test_a_blank_of_the_stated_size_is_taken_as_it_is(image: Path) -> None:
    blank = load_blank(image, 1, 200, 300)
    assert blank.shape == (300, 200) and blank.dtype == np.uint8 and blank[105, 100] == 0


def test_a_blank_of_another_resolution_is_scaled(image: Path) -> None:
    blank = load_blank(image, 1, 400, 600)
    assert blank.shape == (600, 400) and blank[210, 200] < 30


@pytest.mark.parametrize(
    ("size", "page", "part"), [((300, 300), 1, "another shape"), ((200, 300), 2, "has 1 pages")]
)
def test_a_blank_that_does_not_fit_is_named(
    image: Path, size: tuple[int, int], page: int, part: str
) -> None:
    with pytest.raises(TemplateError, match=part):
        load_blank(image, page, *size)


def test_every_missing_blank_is_named(tmp_path: Path) -> None:
    shutil.copy(demo.TEMPLATE, tmp_path)
    with pytest.raises(TemplateError, match=r"blank\.png cannot be read"):
        load_blanks(load_template(tmp_path / demo.TEMPLATE.name), tmp_path)


def test_references_are_numbered_like_the_pages() -> None:
    references = load_references(load_template(demo.TEMPLATE), demo.FOLDER)
    assert [reference.number for reference in references] == [1]
    assert references[0].grey.shape == (3508, 2480)
