"""Photographs of handwriting on every kind of paper: what is found, read, and put in order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.own_samples import match
from benchmarks.own_sheets import PAPERS, Sheet, draw_sheet
from forms_app.reading.character_sets import CharacterSet, answering_within
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.ruling import without_ruling
from forms_app.reading.sample_ink import ink_of
from forms_app.reading.sample_lines import find_lines
from forms_app.reading.sample_parts import Part
from forms_app.reading.sample_pictures import WORKING_PX, Picture, open_picture
from forms_app.reading.sample_reading import SampleReading, read_sample
from forms_app.reading.samples import find_characters
from forms_app.training.synthesis.handwriting import FontHands
from tests.own_pictures import as_jpeg, written_sheet


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier("litert")


def photograph(kind: str, seed: int) -> Sheet:
    return draw_sheet(kind, FontHands(), np.random.default_rng((77, seed)))


def read(rgb: np.ndarray, classifier: Classifier, characters: CharacterSet) -> SampleReading:
    return read_sample(Picture(rgb, 1.0), classifier, characters)


@pytest.mark.parametrize("kind", PAPERS)
def test_characters_are_found_on_every_paper(kind: str, classifier: Classifier) -> None:
    written = found = extra = in_order = steps = 0
    for seed in range(2):
        sheet = photograph(kind, seed)
        characters = read(sheet.rgb, classifier, sheet.characters).characters
        pairs = match(sheet.truth, characters)
        written += len(sheet.truth)
        found += len(pairs)
        extra += len(characters) - len(pairs)
        places = [characters.index(character) for _, character in pairs]
        steps += len(places) - 1
        in_order += sum(b == a + 1 for a, b in pairwise(places))
    assert found >= 0.95 * written
    assert extra <= 0.08 * written
    assert in_order >= 0.9 * steps


@pytest.mark.parametrize(
    "paper", [(244, 226, 120), (140, 180, 225), (240, 240, 238), (60, 140, 90)]
)
def test_coloured_paper_is_read(paper: tuple[int, int, int], classifier: Classifier) -> None:
    sheet = written_sheet(["2468", "1357"], paper)
    assert read(sheet, classifier, CharacterSet.DIGITS).text == "2468\n1357"


def test_light_on_dark_is_read(classifier: Classifier) -> None:
    sheet = 255 - written_sheet(["2468", "1357"], (205, 200, 210))
    assert read(sheet, classifier, CharacterSet.DIGITS).text == "2468\n1357"


def test_words_keep_their_spaces_and_dots_their_letters(classifier: Classifier) -> None:
    sheet = written_sheet(["34 56", "i4j="], (240, 240, 238))
    found = read(sheet, classifier, CharacterSet.ALL)
    assert [c.line for c in found.characters] == [0] * 4 + [1] * 4
    assert [c.space_before for c in found.characters[:4]] == [False, False, True, False]
    assert found.text.startswith("34 56\n")


@pytest.mark.parametrize("step_px", [40, 60])
def test_ruled_paper_without_writing_holds_nothing(step_px: int) -> None:
    rng = np.random.default_rng(3)
    page = np.full((900, 1200, 3), 238.0)
    page[::step_px], page[1::step_px] = 165, 175
    page[:, ::step_px], page[:, 1::step_px] = 165, 175
    page += rng.normal(0, 3, page.shape)
    assert find_characters(page.clip(0, 255).astype(np.uint8)) == []


def test_rules_go_and_strokes_across_them_stay() -> None:
    contrast = np.zeros((400, 600), np.float32)
    contrast[200:203] = 60
    contrast[120:280, 300:308] = 160
    bare = without_ruling(contrast)
    assert bare[201, :290].max() == 0 and bare[201, 320:].max() == 0
    assert bare[120:280, 300:308].min() == 160


def test_a_thin_one_seen_from_near_is_no_rule(classifier: Classifier) -> None:
    page = np.full((300, 220, 3), 235, np.uint8)
    page[40:260, 108:111] = 40
    assert read(page, classifier, CharacterSet.DIGITS).text == "1"


def test_a_picture_is_looked_at_smaller_and_boxes_are_in_the_file(classifier: Classifier) -> None:
    sheet = written_sheet(["2468"])
    large = np.repeat(np.repeat(sheet, 5, axis=0), 5, axis=1)
    picture = open_picture(as_jpeg(large, 6), "large.jpg")
    assert max(picture.rgb.shape) <= WORKING_PX
    assert picture.size_px == (large.shape[1], large.shape[0])
    found = read_sample(picture, classifier, CharacterSet.DIGITS)
    small = read(sheet, classifier, CharacterSet.DIGITS)
    assert found.text == small.text == "2468"
    for one, other in zip(found.characters, small.characters, strict=True):
        assert np.allclose(np.array(one.box_px) / 5, other.box_px, atol=4)


def test_a_sloping_page_is_read_line_by_line() -> None:
    """Ten characters a line, sloping down by more than the pitch of the lines."""
    parts = [
        Part(60 + 90 * i, 100 + 150 * row + 16 * i, 50, 80, (1 + i + 10 * row,))
        for row in range(3)
        for i in range(10)
    ]
    rng = np.random.default_rng(1)
    lines = find_lines([parts[i] for i in rng.permutation(len(parts))])
    assert [[p.labels[0] for p in line.characters] for line in lines] == [
        list(range(1 + 10 * row, 11 + 10 * row)) for row in range(3)
    ]


def test_what_is_no_letter_or_digit_is_none_of_them(classifier: Classifier) -> None:
    narrowed = answering_within(classifier, CharacterSet.ALNUM)
    assert answering_within(classifier, CharacterSet.ALL) is classifier
    assert len(narrowed.charset.characters) == 62
    glyphs = np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)
    probabilities = np.exp(narrowed.classify(glyphs))
    assert probabilities.shape == (5, 63)
    assert np.allclose(probabilities.sum(1), 1, atol=1e-4)
    assert narrowed.classify(glyphs[:0]).shape == (0, 63)


def test_grey_and_colour_pictures_give_the_same_ink() -> None:
    sheet = written_sheet(["24"], (240, 240, 240))
    grey = sheet.mean(2).astype(np.uint8)
    both = ink_of(grey) > 127, ink_of(np.dstack([grey] * 3)) > 127
    assert np.array_equal(*both)
