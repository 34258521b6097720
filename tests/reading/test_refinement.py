"""The field goes on where the print ends as the sheet's own homography does."""

from __future__ import annotations

import numpy as np
import pytest

from forms_app.reading.features import map_points
from forms_app.reading.perspective import perspective_in
from forms_app.reading.refinement import fit_field
from forms_app.reading.splines import homography_modes, knot_counts, sparse_rows

SHAPE = (1754, 1240)
TILTED = np.array([[1.01, 0.004, 6.0], [-0.006, 0.99, -4.0], [2.5e-5, -1.5e-5, 1.0]])
"""A perspective that moves the page's far corners by 30 px and more."""
REACH_PX, STIFFNESS = (12.0, 3.0), (100.0, 1.0)


def points(seed: int, count: int, width: float, height: float) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (count, 2)) * (width, height)


def moved(places: np.ndarray) -> np.ndarray:
    return map_points(TILTED, places) - places


def test_the_modes_are_what_a_small_homography_does():
    places = points(0, 40, *SHAPE[::-1])
    knots, values = sparse_rows(places, knot_counts(SHAPE))
    modes = homography_modes(knot_counts(SHAPE), max(SHAPE))
    shown = np.einsum("nk,dnkm->nmd", values, modes[:, knots])
    x, y = (places / max(SHAPE)).T
    one, none = np.ones_like(x), np.zeros_like(x)
    across = [one, x, y, none, none, none, x * x, x * y]
    down = [none, none, none, one, x, y, x * y, y * y]
    assert np.allclose(shown[..., 0], np.stack(across, axis=1))
    assert np.allclose(shown[..., 1], np.stack(down, axis=1))


def test_a_perspective_seen_in_one_part_of_the_page_holds_in_the_rest():
    seen, rest = points(1, 120, 700, 1000), points(2, 200, *SHAPE[::-1])
    noise = np.random.default_rng(3).normal(0, 0.1, seen.shape)
    fit = fit_field(
        SHAPE, seen, moved(seen) + noise, np.ones(len(seen)),
        reach_px=REACH_PX, stiffness=STIFFNESS,
    )  # fmt: skip
    off = np.linalg.norm(fit.field.at(rest) - moved(rest), axis=1)
    assert np.linalg.norm(moved(rest), axis=1).max() > 30
    assert off.max() < 9


def test_a_perspective_is_taken_out_of_the_field():
    seen = points(4, 200, *SHAPE[::-1])
    field = fit_field(SHAPE, seen, moved(seen), np.ones(len(seen)), reach_px=REACH_PX).field
    flat = perspective_in(field, SHAPE)
    assert flat is not None
    assert np.abs(map_points(flat, seen + moved(seen)) - seen).max() < 0.2


@pytest.mark.parametrize("size_px", [0.0, 3.0])
def test_a_bend_of_the_sheet_is_left_to_the_field(size_px):
    seen = points(5, 200, *SHAPE[::-1])
    bend = size_px * np.sin(seen[:, ::-1] / 250)
    field = fit_field(SHAPE, seen, bend, np.ones(len(seen)), reach_px=REACH_PX).field
    assert perspective_in(field, SHAPE) is None


def test_print_in_one_line_leaves_the_rest_where_it_was():
    """Nothing says how the page is sheared or tilted across the line."""
    seen = np.column_stack([np.linspace(100, 1100, 40), np.full(40, 300.0)])
    field = fit_field(SHAPE, seen, np.full((40, 2), 2.0), np.ones(40), reach_px=REACH_PX).field
    assert np.abs(field.at(points(6, 50, *SHAPE[::-1]))).max() < 2.6
