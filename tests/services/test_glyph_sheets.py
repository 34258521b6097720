"""Sheets of one character: what is on them, in which order, and their pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.errors import NotFoundError
from forms_app.reading.types import Outcome
from forms_app.services import glyph_answers, glyph_sheets, review
from forms_app.services.application import Application
from forms_app.services.dto.glyph_sheets import CharacterCount, SheetSource, StripGlyph
from forms_app.services.glyph_pictures import TILE_HEIGHT_PX, TILE_WIDTH_PX, glyph_strip
from forms_app.store.models import LOCAL_USER_ID
from tests import factories
from tests.services.glyph_forms import drawn_page, make_batch, mark, number, said, tiles_of

DOUBTFUL, ALL = SheetSource.DOUBTFUL, SheetSource.ALL


def _counts(app: Application, batch_id: int, source: SheetSource) -> dict[str, tuple[int, int]]:
    listed = glyph_sheets.list_characters(app, batch_id, source)
    return {each.character: (each.left, each.doubtful) for each in listed}


def test_characters_are_counted_by_source(any_app: Application) -> None:
    batch = make_batch(any_app)
    doubt = "it is doubtful whether there is a mark (90%)"
    factories.make_submission(
        any_app,
        batch.id,
        [number("717", {0: 0.6, 1: 0.9}), mark("consent", True, [doubt]), mark("sex", "m")],
    )
    factories.make_submission(any_app, batch.id, [number("77", reasons=())], name="b.png")
    assert _counts(any_app, batch.id, DOUBTFUL) == {"1": (1, 1), "7": (2, 1), "ticked": (1, 1)}
    everything = _counts(any_app, batch.id, ALL)
    assert everything == {"1": (1, 1), "7": (4, 1), "ticked": (2, 2), "empty": (1, 1)}
    assert list(everything) == ["1", "7", "ticked", "empty"]


def test_what_is_not_on_sheets(any_app: Application) -> None:
    """Letters, writing that nobody could read, fields that are decided or for somebody else."""
    batch = make_batch(any_app)
    unreadable = factories.reading("number", None, 0.0, True, Outcome.UNREADABLE)
    factories.make_submission(any_app, batch.id, [factories.READINGS[0], unreadable])
    decided = factories.make_submission(any_app, batch.id, [number("7")], name="b.png")
    review.decide(any_app, decided, "number", "confirm", override=True, note="as on paper")
    assert glyph_sheets.list_characters(any_app, batch.id, ALL) == ()


def test_the_least_sure_come_first_a_sheet_at_a_time(any_app: Application) -> None:
    batch = make_batch(any_app)
    for name, sure in (("a", 0.9), ("b", 0.5), ("c", 0.9)):
        factories.make_submission(any_app, batch.id, [number("7", {0: sure})], name=name)
    first = glyph_sheets.next_sheet(any_app, batch.id, DOUBTFUL, "7", limit=2)
    assert [(tile.submission_label, tile.probability) for tile in first.tiles] == [
        ("b", 0.5),
        ("a", 0.9),
    ]
    last = glyph_sheets.next_sheet(any_app, batch.id, DOUBTFUL, "7", first.after, limit=2)
    assert [tile.submission_label for tile in last.tiles] == ["c"] and last.after is None
    assert glyph_sheets.next_sheet(any_app, batch.id, DOUBTFUL, "4").tiles == ()


def test_what_was_looked_at_comes_again_when_it_is_read_anew(any_app: Application) -> None:
    batch = make_batch(any_app)
    submission_id = factories.make_submission(any_app, batch.id, [number("77", {0: 0.5})])
    tiles = tiles_of(any_app, batch.id, "7")
    glyph_answers.answer_sheet(any_app, batch.id, said(tiles[1:]), LOCAL_USER_ID)
    assert [tile.place for tile in tiles_of(any_app, batch.id, "7")] == [0]
    factories.save_page(any_app, tiles[0].page_id, [number("77", {0: 0.5})])
    assert len(tiles_of(any_app, batch.id, "7")) == 2
    factories.save_page(any_app, tiles[0].page_id, [number("77", {0: 0.5})], "another-model")
    assert len(tiles_of(any_app, batch.id, "7")) == 2
    assert submission_id == tiles[0].submission_id


def test_options_are_told_apart_by_their_whole_value(any_app: Application) -> None:
    """ "no" is no part of "unknown", and quotes and umlauts are compared as they are."""
    values = ["no", "unknown", 'größer "alt"', "alt"]
    options = [
        {"value": value, "box": [100 + 60 * place, 600, 40, 40]}
        for place, value in enumerate(values)
    ]
    kinds = [("one", "choice"), ("many", "choices")]
    fields = [
        {"name": name, "page": 1, "kind": kind, "box": [100, 600, 220, 40], "options": options}
        for name, kind in kinds
    ]
    batch = factories.make_batch(any_app, fields)
    chosen = (values[2], values[0])
    readings = [mark("one", values[1], ["2 boxes"]), mark("many", chosen, ["2 boxes"])]
    factories.make_submission(any_app, batch.id, readings)
    ticked = {(tile.field_name, tile.place) for tile in tiles_of(any_app, batch.id, "ticked")}
    assert ticked == {("one", 1), ("many", 0), ("many", 2)}
    empty = {(tile.field_name, tile.place) for tile in tiles_of(any_app, batch.id, "empty")}
    assert empty == {("one", 0), ("one", 2), ("one", 3), ("many", 1), ("many", 3)}


def test_a_tile_says_what_it_is_of(app: Application) -> None:
    batch = make_batch(app)
    factories.make_submission(app, batch.id, [number("7"), mark("sex", "m", ["2 boxes"])])
    [seven], [male] = tiles_of(app, batch.id, "7"), tiles_of(app, batch.id, "ticked")
    assert (seven.submission_label, seven.field_label) == ("scan.png", "Number")
    assert (male.field_label, male.place, male.field_place) == ("Sex: male", 1, 3)
    assert glyph_sheets.list_characters(app, batch.id, DOUBTFUL)[0] == CharacterCount("7", 1, 0)
    with pytest.raises(NotFoundError):
        glyph_sheets.next_sheet(app, 99, DOUBTFUL, "7")


def test_pictures_of_a_page_stand_in_one_row(app: Application) -> None:
    batch = make_batch(app)
    factories.make_submission(app, batch.id, [number("7 7")], grey=drawn_page([0, 2]))
    tile = tiles_of(app, batch.id, "7")[0]
    glyphs = [StripGlyph(tile.field_place, 0), StripGlyph(tile.field_place, 2)]
    strip = cv2.imdecode(
        np.frombuffer(glyph_strip(app, tile.page_id, glyphs, 2), np.uint8), cv2.IMREAD_UNCHANGED
    )
    width, height = 2 * TILE_WIDTH_PX, 2 * TILE_HEIGHT_PX
    assert strip.shape == (height, 2 * width)
    for left in (0, width):
        rows, columns = np.nonzero(strip[:, left : left + width] < 60)
        middle = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
        assert middle == pytest.approx((width / 2, height / 2), abs=4)
        block = np.ptp(columns) + 1, np.ptp(rows) + 1
        assert block[0] / block[1] == pytest.approx(20 / 30, abs=0.04)


def test_neighbours_are_pale_and_beyond_the_page_is_white(app: Application) -> None:
    left_edge = dict(factories.NUMBER, box=[0, 400, 300, 50])
    batch = factories.make_batch(app, [left_edge])
    page = np.full((factories.HEIGHT_PX, factories.WIDTH_PX), 10, np.uint8)
    factories.make_submission(app, batch.id, [number("7")], grey=page)
    tile = tiles_of(app, batch.id, "7")[0]
    data = glyph_strip(app, tile.page_id, [StripGlyph(0, 0)], 1)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture[45, 36] < 30 and 150 < picture[45, 2] < 190
    assert picture.shape == (TILE_HEIGHT_PX, TILE_WIDTH_PX)


def test_pictures_that_are_not_there(app: Application) -> None:
    batch = make_batch(app)
    factories.make_submission(app, batch.id, [number("7")])
    page_id = tiles_of(app, batch.id, "7")[0].page_id
    for glyph in (StripGlyph(99, 0), StripGlyph(1, 5), StripGlyph(2, 1), StripGlyph(3, 2)):
        with pytest.raises(NotFoundError, match="anew"):
            glyph_strip(app, page_id, [glyph], 1)
    with pytest.raises(NotFoundError):
        glyph_strip(app, 99, [StripGlyph(1, 0)], 1)
