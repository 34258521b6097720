"""Tick boxes, bubbles and signatures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.marks import read_mark, read_marks
from forms_app.reading.signatures import read_signature
from forms_app.reading.stray_marks import has_mark_beside
from forms_app.reading.types import InkState
from tests.reading.drawn_fields import DrawnField, draw_choice, draw_signature_field, with_ink
from tests.reading.drawn_look import Look, random_look

SHAPES = ("square", "circle", "brackets")


def _chosen(drawn: DrawnField) -> list[bool]:
    return [m.probability >= 0.5 for m in read_marks(drawn.crop())]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mark", ["cross", "tick", "dash", "dot", "fill"])
def test_every_way_to_mark_a_box_counts(mark: str, shape: str) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        look = Look(shift_px=1.5, noise=4, line_px=int(rng.integers(1, 5)))
        assert _chosen(draw_choice(["", mark, ""], look, rng, shape)) == [False, True, False]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_light_pencil_counts(shape: str) -> None:
    look = Look(pen=0.35, noise=3)
    drawn = draw_choice(["tick", ""], look, np.random.default_rng(3), shape)
    assert _chosen(drawn) == [True, False]


@pytest.mark.parametrize("shape", SHAPES)
def test_empty_boxes_stay_empty_whatever_the_scan(shape: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(15):
        marks = read_marks(draw_choice(["", "", ""], random_look(rng), rng, shape).crop())
        assert all(m.probability < 0.1 and m.state is InkState.EMPTY for m in marks)


def test_blackening_that_runs_over_the_box_withdraws_the_option_for_a_person_to_see() -> None:
    drawn = draw_choice(["", ""], Look(), np.random.default_rng(2))
    box = drawn.field.options[0].box
    ink = np.zeros_like(drawn.scan)
    reach = 0.3 * box.width
    for step in np.linspace(-reach, box.width + reach, 9):
        top, bottom = round(box.y - reach), round(box.bottom + reach)
        cv2.line(ink, (round(box.x + step), top), (round(box.x + step), bottom), 255, 6)
        left, right = round(box.x - reach), round(box.right + reach)
        cv2.line(ink, (left, round(box.y + step)), (right, round(box.y + step)), 255, 6)
    scribbled, empty = read_marks(with_ink(drawn, ink).crop())
    assert scribbled.state is InkState.STRUCK_OUT and 0.05 < scribbled.probability < 0.5
    assert empty.state is InkState.EMPTY


@pytest.mark.parametrize("upright", [True, False])
def test_a_scribble_over_two_opposite_sides_withdraws_the_mark(upright: bool) -> None:
    drawn = draw_choice(["cross"], Look(), np.random.default_rng(2))
    box = drawn.field.options[0].box
    along = np.linspace(0.05, 0.95, 9)
    across = np.where(np.arange(9) % 2, 1.25, -0.25)
    shares = np.stack([along, across] if upright else [across, along], 1)
    points = np.round(shares * [box.width, box.height] + [box.x, box.y]).astype(np.int32)
    ink = np.zeros_like(drawn.scan)
    cv2.polylines(ink, [points], False, 255, 6, cv2.LINE_AA)
    (mark,) = read_marks(with_ink(drawn, ink).crop())
    assert mark.state is InkState.STRUCK_OUT


def test_a_box_filled_in_a_little_over_two_corners_is_still_a_mark() -> None:
    drawn = draw_choice([""], Look(), np.random.default_rng(2))
    box = drawn.field.options[0].box
    ink = np.zeros_like(drawn.scan)
    rows, columns = box.expanded(0.05 * box.width).as_slices()
    ink[rows, columns] = 255
    (mark,) = read_marks(with_ink(drawn, ink).crop())
    assert mark.state is InkState.WRITTEN


def test_a_blackened_box_beside_a_crossed_one_is_struck_out() -> None:
    for seed in range(6):
        drawn = draw_choice(["cross", "", "scribble"], Look(), np.random.default_rng(seed))
        crossed, empty, black = read_marks(drawn.crop())
        assert crossed.probability > 0.9
        assert empty.state is InkState.EMPTY
        assert black.state is InkState.STRUCK_OUT
        assert black.probability < 0.1
        assert black.fill > crossed.fill


def test_a_blackened_box_alone_is_a_mark_but_not_a_sure_one() -> None:
    drawn = draw_choice(["", "scribble", ""], Look(), np.random.default_rng(1))
    marks = read_marks(drawn.crop())
    assert marks[1].state is InkState.WRITTEN
    assert 0.5 < marks[1].probability < 0.95


def test_two_crosses_are_two_marks() -> None:
    assert _chosen(draw_choice(["cross", "", "cross"], Look(), np.random.default_rng(2))) == [
        True,
        False,
        True,
    ]


def test_a_mark_field_reads_its_own_box() -> None:
    for mark in ("tick", ""):
        drawn = draw_choice([mark], Look(), np.random.default_rng(2))
        field = FormField("consent", 1, FieldKind.MARK, drawn.field.options[0].box)
        crop = DrawnField(field, drawn.blank, drawn.scan, "", ()).crop()
        assert (read_mark(crop).probability >= 0.5) == bool(mark)


@pytest.mark.parametrize("signed", [True, False])
def test_signatures(signed: bool) -> None:
    rng = np.random.default_rng(9)
    for _ in range(6):
        reading = read_signature(draw_signature_field(signed, random_look(rng), rng).crop())
        assert (reading.probability >= 0.5) == signed
        assert reading.state is (InkState.WRITTEN if signed else InkState.EMPTY)


def _ringed(drawn: DrawnField, shift: tuple[float, float], size: float) -> DrawnField:
    """With a ring drawn about the first option's centre, moved by shares of its box."""
    box = drawn.field.options[0].box
    centre = (
        round(box.centre[0] + shift[0] * box.width),
        round(box.centre[1] + shift[1] * box.height),
    )
    ink = np.zeros_like(drawn.scan)
    cv2.ellipse(ink, centre, (round(size * box.width), round(size * box.height)), 0, 0, 360, 230, 4)
    return with_ink(drawn, ink)


@pytest.mark.parametrize(
    ("shift", "size"), [((0.0, 0.0), 0.78), ((1.1, 0.0), 0.4)], ids=["circled", "beside"]
)
def test_a_mark_beside_the_boxes_is_noticed(shift: tuple[float, float], size: float) -> None:
    drawn = draw_choice(["", ""], Look(), np.random.default_rng(2))
    assert has_mark_beside(_ringed(drawn, shift, size).crop())


@pytest.mark.parametrize("mark", ["", "cross", "tick", "dash", "fill"])
def test_a_mark_in_its_box_is_not_beside_it(mark: str) -> None:
    rng = np.random.default_rng(7)
    looks = [random_look(rng) for _ in range(12)]
    assert sum(has_mark_beside(draw_choice([mark, "", ""], look, rng).crop()) for look in looks) < 2
