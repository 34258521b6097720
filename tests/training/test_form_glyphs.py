"""Glyphs cut from drawn forms carry the characters that were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forms_app.errors import DatasetError
from forms_app.reading.lattice import Edge, Lattice
from forms_app.reading.pipeline import CutField
from forms_app.training.config import CHARACTERS
from forms_app.training.form_glyphs import (
    NO_CHARACTER,
    as_source,
    draw_form_glyphs,
    labelled,
    missing_handwriting,
)
from forms_app.training.spelling import spelling_path
from forms_app.training.synthesis.slips import Slip
from forms_app.training.synthesis.values import SampledValue
from tests.reading.drawn_fields import draw_comb
from tests.reading.drawn_look import Look
from tests.reading.made_fields import comb, comb_field, sure
from tests.shared_data import shared_data_dir
from tests.training.small_data import make_small_data


def lattice(*edges: tuple[int, int, int], nodes: int) -> Lattice:
    leaving: list[list[Edge]] = [[] for _ in range(nodes)]
    for start, end, glyph in edges:
        leaving[start].append(Edge(start, end, glyph))
    return Lattice(tuple(map(tuple, leaving)), frozenset())


def test_a_text_takes_the_cuts_with_as_many_pieces_as_it_has_characters() -> None:
    cuts = lattice((0, 1, 0), (1, 2, 1), (0, 2, 2), (2, 3, 3), nodes=4)
    two = np.log(np.array([[0.9, 0.1], [0.9, 0.9], [0.2, 0.1], [0.1, 0.3]]))
    assert [edge.glyph for edge in spelling_path(cuts, two)] == [2, 3]
    three = np.log(np.full((4, 3), 0.1))
    assert [edge.glyph for edge in spelling_path(cuts, three)] == [0, 1, 3]
    assert spelling_path(cuts, np.log(np.full((4, 4), 0.1))) == ()


def test_of_two_ways_to_spell_the_likelier_is_taken() -> None:
    cuts = lattice((0, 1, 0), (1, 3, 1), (0, 2, 2), (2, 3, 3), nodes=4)
    likely = np.log(np.array([[0.9, 0.1], [0.1, 0.2], [0.5, 0.1], [0.1, 0.9]]))
    assert [edge.glyph for edge in spelling_path(cuts, likely)] == [2, 3]


def test_an_empty_cell_spells_nothing() -> None:
    cells = lattice((0, 1, 0), (1, 2, -1), (2, 3, 1), nodes=4)
    path = spelling_path(cells, np.log(np.full((2, 2), 0.5)))
    assert [edge.glyph for edge in path] == [0, 1]


def test_drawn_forms_give_glyphs_that_the_recogniser_knows(tmp_path: Path) -> None:
    from forms_app.reading.classifier import load_classifier

    lines: list[str] = []
    data, out = tmp_path / "data", tmp_path / "glyphs.npz"
    data.mkdir()
    draw_form_glyphs(make_small_data(data), 3, 1, out, lines.append)
    with np.load(out) as kept:
        images, labels = kept["images"], kept["labels"]
    assert images.shape == (len(labels), 28, 28) and images.dtype == np.uint8
    assert len(labels) > 200 and lines[-1].startswith("3 of 3 forms")
    classifier = load_classifier("litert")
    known = np.flatnonzero(labels != NO_CHARACTER)
    read = classifier.classify(images[known]).argmax(1)
    names = np.array([*classifier.charset.characters, ""])
    assert np.mean(np.char.upper(names[read]) == np.char.upper(labels[known])) > 0.8


def test_spoilt_characters_are_none_and_the_others_of_their_field_are_kept() -> None:
    field = comb_field("digits")
    crop = draw_comb("4711", Look(), np.random.default_rng(0)).crop()
    item = CutField(field, crop, comb("xxxx"), None)
    rows = sure("4711")
    slip = SampledValue("4711", "47 11", Slip.OVERWRITTEN, 3, "8")
    assert [c for _, c in labelled(item, slip, rows)] == ["4", "7", NO_CHARACTER, "1"]
    assert [c for _, c in labelled(item, SampledValue("4711", "4711"), rows)] == list("4711")
    assert labelled(item, SampledValue("471", "471"), rows) == []
    assert labelled(item, SampledValue("4711", "4711", Slip.STRUCK_FIELD), rows) == []
    blank = [c for _, c in labelled(item, SampledValue(None), rows)]
    assert blank == [NO_CHARACTER] * 4


def test_what_forms_cannot_be_drawn_without_is_named(tmp_path: Path) -> None:
    assert missing_handwriting(shared_data_dir()) == []
    (tmp_path / "emnist_train.npz").touch()
    assert missing_handwriting(tmp_path)[0] == "unipen_train.npz"


def test_where_nobody_wrote_the_class_is_reject(tmp_path: Path) -> None:
    kept = tmp_path / "glyphs.npz"
    labels = np.array(["7", NO_CHARACTER, "S", "é"])
    np.savez(kept, images=np.zeros((4, 28, 28), np.uint8), labels=labels)
    source = as_source(kept, CHARACTERS)
    assert source.classes.tolist() == [7, len(CHARACTERS), CHARACTERS.index("S")]
    assert source.both_cases_p[2] > 0 == source.both_cases_p[1]


def test_damaged_glyphs_are_named(tmp_path: Path) -> None:
    (tmp_path / "glyphs.npz").write_bytes(b"no archive")
    with pytest.raises(DatasetError, match=r"glyphs\.npz"):
        as_source(tmp_path / "glyphs.npz", CHARACTERS)
