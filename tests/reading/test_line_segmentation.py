"""Lines are cut where their characters are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.segmentation import segment
from forms_app.reading.types import InkState
from tests.reading.drawn_fields import DrawnField, draw_line, with_ink
from tests.reading.drawn_look import Look
from tests.reading.segmented_fields import is_like, segmented

EMPTY, WRITTEN = InkState.EMPTY, InkState.WRITTEN


def _has_path(drawn: DrawnField) -> bool:
    """Whether some path through the lattice has exactly the drawn characters."""
    crop = drawn.crop()
    found = segment(crop, drawn.field)
    nodes = {0}
    for mask in drawn.truth_in_crop(crop):
        nodes = {g.end for g in found.glyphs if g.start in nodes and is_like(g, mask)}
    return found.node_count - 1 in nodes


@pytest.mark.parametrize("text", ["2023", "60.3693", "17", "0", "5.29", "ZK47"])
def test_the_true_characters_of_a_line_are_a_path_of_its_lattice(text: str) -> None:
    right = sum(
        _has_path(draw_line(text, Look(noise=3), np.random.default_rng(seed), spacing=0.14))
        for seed in range(6)
    )
    assert right >= 5


def test_a_lattices_nodes_lead_from_first_to_last() -> None:
    found = segmented(draw_line("190624", Look(), np.random.default_rng(3), spacing=0.0))
    assert all(0 <= g.start < g.end < found.node_count for g in found.glyphs)
    assert all(g.log_prior <= 0 for g in found.glyphs)
    steps = {(g.start, g.end) for g in found.glyphs}
    assert all((n, n + 1) in steps for n in range(found.node_count - 1))


def test_a_word_gap_is_where_the_space_is() -> None:
    drawn = draw_line("427 19", Look(noise=1), np.random.default_rng(5), spacing=0.15)
    crop = drawn.crop()
    found = segment(crop, drawn.field)
    assert len(found.gaps) == 1
    before = np.flatnonzero(drawn.truth_in_crop(crop)[2].any(0))[-1]
    after = np.flatnonzero(drawn.truth_in_crop(crop)[3].any(0))[0]
    starting = [g for g in found.glyphs if g.start == found.gaps[0]]
    assert all(before < g.box.x <= after + 3 for g in starting)


def test_an_empty_line_is_empty() -> None:
    found = segmented(draw_line("   ", Look(noise=6), np.random.default_rng(5)))
    assert (found.state, found.glyphs, found.node_count) == (EMPTY, (), 1)


@pytest.mark.parametrize(
    ("places", "state"),
    [((0.2, 0.5, 0.7), EMPTY), ((0.1, 0.3, 0.5, 0.7, 0.9), InkState.UNREADABLE)],
)
def test_a_few_specks_are_dust_and_many_are_for_a_person(
    places: tuple[float, ...], state: InkState
) -> None:
    drawn = draw_line("", Look(), np.random.default_rng(4))
    box = drawn.field.box
    ink = np.zeros_like(drawn.scan)
    for x in places:
        cv2.circle(ink, (int(box.x + x * box.width), int(box.centre[1])), 2, 255, -1)
    assert segmented(with_ink(drawn, ink)).state is state


def test_a_full_stop_sits_on_the_baseline_and_a_digit_fills_the_line() -> None:
    drawn = draw_line("60.31", Look(noise=1), np.random.default_rng(5), spacing=0.2)
    glyphs = [g for g in segmented(drawn).glyphs if g.end == g.start + 1]
    stop = min(glyphs, key=lambda g: g.relative_height)
    tall = max(glyphs, key=lambda g: g.relative_height)
    assert stop.relative_height < 0.4
    assert stop.relative_bottom == pytest.approx(1.0, abs=0.2)
    assert tall.relative_height == pytest.approx(1.0, abs=0.2)


def test_two_rows_in_one_box_are_not_read_as_one_line() -> None:
    look = Look(cell_height=200, size=0.3)
    drawn = draw_line("5873", look, np.random.default_rng(4), spacing=0.15)
    box = drawn.field.box
    above = np.zeros_like(drawn.scan)
    rows, columns = box.expanded(-8).as_slices()
    above[rows, columns] = 255 - drawn.scan[rows, columns]
    above = np.roll(above, -66, axis=0)
    assert segmented(drawn).state is WRITTEN
    assert segmented(with_ink(drawn, above)).state is InkState.UNREADABLE


def test_a_box_full_of_dirt_is_unreadable_and_stays_cheap() -> None:
    drawn = draw_line("    ", Look(cell_width=900), np.random.default_rng(4))
    dirt = np.zeros_like(drawn.scan)
    rows, columns = drawn.field.box.expanded(-6).as_slices()
    part = dirt[rows, columns]
    part[::9, ::9] = part[1::9, ::9] = part[2::9, ::9] = 255
    part[::9, 1::9] = part[1::9, 1::9] = part[2::9, 1::9] = 255
    found = segmented(with_ink(drawn, dirt))
    assert found.state in (EMPTY, InkState.UNREADABLE)
    assert len(found.glyphs) == 0


def test_widely_spaced_digits_are_one_word() -> None:
    for seed in range(4):
        drawn = draw_line("40716", Look(noise=1), np.random.default_rng(seed), spacing=0.5)
        assert segmented(drawn).gaps == ()
