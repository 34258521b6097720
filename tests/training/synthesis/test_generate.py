"""Synthetic forms: same seed, same pages; ink where the truth says, none elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from forms_app.errors import DatasetError, UserError
from forms_app.reading.form_template import Constraints, FieldKind
from forms_app.training.synthesis.blank_forms import Entry, Style, draw_blank_form
from forms_app.training.synthesis.degradation import PROFILES, Profile, degrade
from forms_app.training.synthesis.files import save_submission, save_truth
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.generate import generate_submissions
from forms_app.training.synthesis.handwriting import FontHands, load_hands
from forms_app.training.synthesis.values import sample_value

ROWS = (
    (Entry("code", "Code", FieldKind.DIGITS, 6, constraints=Constraints(min_length=6)),),
    (
        Entry("sex", "Sex", FieldKind.CHOICE, options=(("F", "female"), ("M", "male"))),
        Entry("consent", "Consent", FieldKind.MARK),
    ),
    (Entry("amount", "Amount", FieldKind.DIGITS, constraints=Constraints(max_length=5)),),
    (Entry("signature", "Signature", FieldKind.SIGNATURE, height_px=160),),
)
BLANK, TEMPLATE = draw_blank_form("Test form", "for the tests", ROWS)


def test_every_drawn_box_lies_on_its_printed_frame() -> None:
    for field in TEMPLATE.fields:
        for box in (field.cells or tuple(o.box for o in field.options) or (field.box,))[:1]:
            rows, columns = box.as_slices()
            assert BLANK[rows, columns.start : columns.start + 3].max() < 200
            assert BLANK[rows, columns][8:-8, 8:-8].min() == 255


def test_the_same_seed_gives_the_same_pages_and_another_gives_others() -> None:
    def draw(seed: int) -> list[np.ndarray]:
        submissions = generate_submissions(TEMPLATE, [BLANK], 2, load_hands(None), seed=seed)
        return [s.pages[0] for s in submissions]

    first, again, other = draw(7), draw(7), draw(8)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])
    assert first[0].shape != other[0].shape or not np.array_equal(first[0], other[0])


def test_ink_lies_in_the_fields_that_have_a_value() -> None:
    hands, rng = FontHands(), np.random.default_rng(11)
    values = [sample_value(f, rng, blank_share=0.4) for f in TEMPLATE.fields]
    page = fill_page(BLANK, TEMPLATE.fields, values, pick_hand(hands, rng), hands, rng)
    for field, sample in zip(TEMPLATE.fields, values, strict=True):
        rows, columns = field.extent.expanded(2).as_slices()
        changed = int(np.sum(BLANK[rows, columns].astype(int) - page[rows, columns] > 40))
        assert (changed > 30) == bool(sample.value), field.name


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_keep_the_page_recognisable(name: str) -> None:
    page = degrade(BLANK, PROFILES[name], np.random.default_rng(3))
    assert page.dtype == np.uint8
    assert 0.6 < page.shape[0] / BLANK.shape[0] <= 1.0
    if PROFILES[name].one_bit:
        assert set(np.unique(page)) == {0, 255}
    else:
        assert np.median(page) > 120


def test_without_any_effect_the_page_stays_as_it_is() -> None:
    none = Profile((300,), 0, 0, 0, 0, 0, 0, 0, 0, (95, 96))
    page = degrade(BLANK, none, np.random.default_rng(3))
    assert np.abs(page.astype(int) - BLANK).max() <= 1


def test_files_hold_the_pages_and_the_truth(tmp_path: Path) -> None:
    entries = [
        (save_submission(s, tmp_path), s)
        for s in generate_submissions(TEMPLATE, [BLANK], 3, load_hands(None), seed=1, profile="fax")
    ]
    truth = json.loads(save_truth(entries, tmp_path).read_text())
    assert [row["source"] for row in truth] == [path.name for path, _ in entries]
    assert set(truth[0]["fields"]) == {f.name for f in TEMPLATE.fields}
    with Image.open(entries[0][0]) as image:
        assert image.mode == "1"
        assert image.size == (1653, 2339)


def test_a_glyph_set_writes_with_its_own_images(tmp_path: Path) -> None:
    images = np.zeros((10, 28, 28), np.uint8)
    for digit in range(10):
        cv2.putText(images[digit], str(digit), (6, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2)
    path = tmp_path / "set.npz"
    np.savez(path, images=images, labels=np.array(list("0123456789")))
    writer = load_hands(path).pick(np.random.default_rng(0))
    assert writer.can_write("7")
    assert not writer.can_write("A")
    patch = writer.draw("7", np.random.default_rng(0))
    assert patch.alpha.max() > 200
    assert (patch.top, patch.height) == (0.0, 1.0)


def test_a_path_without_handwriting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set.npz").write_bytes(b"not a zip")
    with pytest.raises(DatasetError, match="not a glyph set"):
        load_hands(tmp_path / "set.npz")
    with pytest.raises(DatasetError, match=r"holds no \.ttf fonts"):
        load_hands(tmp_path)


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(UserError, match="no degradation profile 'crayon'"):
        list(generate_submissions(TEMPLATE, [BLANK], 1, load_hands(None), profile="crayon"))


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="below the page"):
        draw_blank_form("Long", "", ROWS * 9, Style(cell_height_px=120))
