"""What is drawn on the page is read as a field of a form; pictures line by line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forms_app.errors import DrawingError, DrawingTooLargeError
from forms_app.reading.character_sets import CharacterSet
from forms_app.reading.errors import UnsupportedFileError
from forms_app.reading.form_template import FieldKind, Layout
from forms_app.reading.pen_strokes import PenStroke, draw_strokes
from forms_app.reading.types import Outcome
from forms_app.services.application import Application
from forms_app.services.drawing import (
    MAX_POINTS,
    MAX_STROKES,
    Drawing,
    Surface,
    comb_surface,
    line_surface,
    read_drawing,
)
from forms_app.services.sample_pictures import read_picture
from tests.drawn_strokes import SEVEN, STROKES, placed
from tests.own_pictures import as_jpeg, written_sheet


def pen(strokes: list[list[tuple[float, float]]]) -> tuple[PenStroke, ...]:
    return tuple(PenStroke(np.array([(x, y, 0.5) for x, y in stroke])) for stroke in strokes)


def in_cells(surface: Surface, text: str) -> tuple[PenStroke, ...]:
    """Each character in its cell; a space leaves its cell empty."""
    strokes: list[list[tuple[float, float]]] = []
    for character, cell in zip(text, surface.cells, strict=False):
        if character != " ":
            strokes += placed(STROKES[character], cell.x + 22, cell.y + 16, 62)
    return pen(strokes)


def on_line(text: str) -> tuple[PenStroke, ...]:
    strokes: list[list[tuple[float, float]]] = []
    for i, character in enumerate(text):
        strokes += placed(STROKES[character], 60 + 80 * i, 50, 90)
    return pen(strokes)


def test_a_comb_is_read_cell_by_cell(app: Application) -> None:
    surface = comb_surface(10)
    found = read_drawing(app, Drawing(surface, CharacterSet.DIGITS, in_cells(surface, "74 172")))
    reading = found.reading
    assert (reading.value, reading.outcome) == ("74172", Outcome.READ)
    assert [c.cell for c in reading.characters] == [0, 1, 3, 4, 5]
    assert all(0 < c.probability <= 1 for c in reading.characters)
    assert 0 < found.elapsed_ms < 5000


def test_a_line_is_cut_into_characters(app: Application) -> None:
    drawing = Drawing(line_surface(1000), CharacterSet.DIGITS, on_line("7147"))
    reading = read_drawing(app, drawing).reading
    assert reading.value == "7147"
    boxes = [c.box for c in reading.characters]
    assert all(box is not None and box.height > 60 for box in boxes)
    lefts = [box.x for box in boxes if box is not None]
    assert lefts == sorted(lefts)


@pytest.mark.parametrize(
    ("characters", "inside"),
    [
        (CharacterSet.DIGITS, str.isdigit),
        (CharacterSet.UPPER, str.isupper),
        (CharacterSet.LOWER, str.islower),
        (CharacterSet.LETTERS, str.isalpha),
        (CharacterSet.ALNUM, str.isalnum),
    ],
)
def test_the_set_of_characters_is_kept_to(
    app: Application, characters: CharacterSet, inside: object
) -> None:
    """A 7, a cross and an angle: something of the set, whatever it looks like."""
    surface = comb_surface(3)
    reading = read_drawing(app, Drawing(surface, characters, in_cells(surface, "7XL"))).reading
    read = "".join(c.value for c in reading.characters)
    assert len(read) == 3
    assert all(map(inside, read)), read  # type: ignore[arg-type]


def test_an_empty_paper_is_blank(app: Application) -> None:
    reading = read_drawing(app, Drawing(comb_surface(5), CharacterSet.ALL, ())).reading
    assert (reading.value, reading.outcome) == (None, Outcome.BLANK)


def test_a_line_through_the_boxes_strikes_them_out(app: Application) -> None:
    surface = comb_surface(5)
    middle = surface.box.centre[1]
    stroke = pen([[(x, middle) for x in np.linspace(surface.box.x, surface.box.right, 80)]])
    strokes = (*in_cells(surface, "74172"), *stroke)
    reading = read_drawing(app, Drawing(surface, CharacterSet.DIGITS, strokes)).reading
    assert reading.outcome == Outcome.STRUCK_OUT


def test_too_much_is_refused_with_its_numbers(app: Application) -> None:
    dot = PenStroke(np.array([(50.0, 50.0, 0.5)]))
    long = PenStroke(np.full((MAX_POINTS + 1, 3), 0.5))
    for strokes in ((dot,) * (MAX_STROKES + 1), (long,)):
        with pytest.raises(DrawingTooLargeError, match="Clear the paper"):
            read_drawing(app, Drawing(comb_surface(5), CharacterSet.ALL, strokes))


@pytest.mark.parametrize("count", [0, -1, 21])
def test_rows_have_limits(count: int) -> None:
    with pytest.raises(DrawingError, match="boxes"):
        comb_surface(count)


@pytest.mark.parametrize("width", [0, 199, 3001])
def test_lines_have_limits(width: int) -> None:
    with pytest.raises(DrawingError, match="pixels wide"):
        line_surface(width)


def test_pressure_widens_the_line_and_a_tap_is_a_dot() -> None:
    surface = comb_surface(1)
    field = surface.field(CharacterSet.DIGITS)
    assert (field.kind, field.layout) == (FieldKind.DIGITS, Layout.COMB)

    def inked(pressure: float, count: int = 40) -> int:
        points = np.column_stack(
            [np.linspace(60, 100, count), np.full(count, 80.0), np.full(count, pressure)]
        )
        crop = draw_strokes([PenStroke(points)], field, surface.width_px, surface.height_px)
        assert np.array_equal(crop.grey, 255 - crop.ink)
        return int((crop.ink > 127).sum())

    assert inked(0.0) < inked(0.5) < inked(1.0)
    assert 15 < inked(0.5, count=1) < 60


def test_the_model_is_loaded_by_the_first_drawing_only(app: Application) -> None:
    assert app.live_classifier() is app.live_classifier()
    assert app.live_classifier().engine == "litert"


def test_a_picture_is_read_in_its_own_pixels(app: Application, tmp_path: Path) -> None:
    sheet = written_sheet(["2468", "135"])
    found = read_picture(app, as_jpeg(sheet), "notes.jpg", CharacterSet.DIGITS)
    assert found.sample.text == "2468\n135"
    assert found.size_px == (sheet.shape[1], sheet.shape[0])
    assert found.shown.startswith(b"\xff\xd8") and found.pages == 1
    with pytest.raises(UnsupportedFileError, match=r"notes\.txt"):
        read_picture(app, b"Dear reader", "notes.txt", CharacterSet.ALL)


def test_the_seven_is_a_seven_in_every_place(app: Application) -> None:
    """Neither its place on the line nor its size matters."""
    for x, y, height in ((30, 20, 150), (400, 90, 60), (700, 40, 110)):
        strokes = pen(placed(SEVEN, x, y, height))
        drawing = Drawing(line_surface(900), CharacterSet.DIGITS, strokes)
        assert read_drawing(app, drawing).reading.value == "7"
