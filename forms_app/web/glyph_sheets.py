"""Sheets of one character: all sevens of a batch side by side, the wrong ones to be picked out.

The page lists the characters; a script fetches a sheet at a time and sends what was said of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.services import batches, glyph_answers, glyph_pictures, glyph_sheets
from forms_app.services.dto.glyph_sheets import (
    GlyphAnswer,
    GlyphPlace,
    GlyphSheet,
    GlyphTile,
    SheetResult,
    SheetSource,
    StripGlyph,
)
from forms_app.services.loading import LARGEST_ID
from forms_app.services.names import printable
from forms_app.services.seeing import note_seen
from forms_app.web.context import application, current_user_id, waiting_fields
from forms_app.web.request_data import sent_object
from forms_app.web.responses import kept_image

NOT_UNDERSTOOD = "The answer was not understood. Reload the page, then look at the sheet again."
# A page that is laid or read again has new addresses.
PICTURE_SECONDS = 3600
MOST_GLYPHS = 1000
AFTER = re.compile(r"([01](?:\.[0-9]{1,25})?(?:e-[0-9]{1,3})?),([0-9]{1,18}),([0-9]{1,9})")

blueprint = Blueprint("glyph_sheets", __name__, url_prefix="/review/sheets")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The sheets of a batch; a script lists the characters and shows one of them."""
    batch_id, source = _batch_id(), _source().value
    batch = batches.get_summary(application(), batch_id)
    scope: dict[str, Any] = {"batch": batch_id, "source": source}
    data = {
        "batch": batch_id,
        "character": _character(),
        "tile": [glyph_pictures.TILE_WIDTH_PX, glyph_pictures.TILE_HEIGHT_PX],
        "largest_scale": glyph_pictures.LARGEST_SCALE,
        "urls": {
            "page": url_for(".index", **scope),
            "characters": url_for(".characters", **scope),
            "next": url_for(".next_sheet", **scope),
            "answer": url_for(".answer", **scope),
            "undo": url_for(".undo", **scope),
        },
    }
    return render_template("review/sheets.html", batch=batch, source=source, data=data)


@blueprint.get("/characters")
def characters() -> ResponseReturnValue:
    """What there is to look at: seconds in a very large batch, so the page does not wait for it."""
    counts = glyph_sheets.list_characters(application(), _batch_id(), _source())
    return jsonify(characters=[asdict(each) for each in counts])


@blueprint.get("/next")
def next_sheet() -> ResponseReturnValue:
    """The glyphs to look at after the place `after`, with the strips that their pictures are in."""
    sheet = glyph_sheets.next_sheet(application(), _batch_id(), _source(), _character(), _after())
    seen = {tile.page_id for tile in sheet.tiles}
    note_seen(application(), current_user_id(), "page", seen)
    return jsonify(_sheet_json(sheet))


@blueprint.get("/pages/<int:page_id>.png")
def strip(page_id: int) -> ResponseReturnValue:
    """Pictures of some glyphs of one page, side by side: `glyphs=3.0,3.2` in device pixels."""
    listed = re.findall(r"(\d{1,6})\.(\d{1,6})", request.args.get("glyphs", ""))
    glyphs = [StripGlyph(int(field_place), int(place)) for field_place, place in listed]
    scale = request.args.get("scale", 1, type=int)
    if not 0 < len(glyphs) <= MOST_GLYPHS or not 1 <= scale <= glyph_pictures.LARGEST_SCALE:
        raise NotFoundError("This address names no glyphs of the page.")
    png = glyph_pictures.glyph_strip(application(), page_id, glyphs, scale)
    return kept_image(png, PICTURE_SECONDS)


@blueprint.post("/answer")
def answer() -> ResponseReturnValue:
    """What a person says of a sheet: `{glyphs: [{submission_id, field_name, place, seen, right},
    …]}`."""
    result = glyph_answers.answer_sheet(application(), _batch_id(), _answers(), current_user_id())
    return jsonify(_result_json(result))


@blueprint.post("/undo")
def undo() -> ResponseReturnValue:
    """Take back what was said of a sheet; the same body as it was sent with."""
    result = glyph_answers.take_sheet_back(
        application(), _batch_id(), _answers(), current_user_id()
    )
    return jsonify(_result_json(result))


def _batch_id() -> int:
    return request.args.get("batch", 0, type=int)


def _source() -> SheetSource:
    asked = request.args.get("source")
    return SheetSource.ALL if asked == SheetSource.ALL else SheetSource.DOUBTFUL


def _character() -> str:
    return printable(request.args.get("character", ""))


def _after() -> GlyphPlace | None:
    found = AFTER.fullmatch(request.args.get("after", ""))
    return GlyphPlace(float(found[1]), int(found[2]), int(found[3])) if found else None


def _answers() -> list[GlyphAnswer]:
    sent = sent_object(NOT_UNDERSTOOD).get("glyphs")
    if not isinstance(sent, list) or len(sent) > MOST_GLYPHS:
        raise UserError(NOT_UNDERSTOOD)
    return [_answer(each) for each in sent]


def _answer(sent: Any) -> GlyphAnswer:
    kinds = {"submission_id": int, "field_name": str, "place": int, "seen": str, "right": bool}
    if not isinstance(sent, dict) or any(type(sent.get(key)) is not kinds[key] for key in kinds):
        raise UserError(NOT_UNDERSTOOD)
    if not 0 < sent["submission_id"] <= LARGEST_ID:
        raise UserError(NOT_UNDERSTOOD)
    name = printable(sent["field_name"])
    return GlyphAnswer(sent["submission_id"], name, sent["place"], sent["seen"], sent["right"])


def _result_json(result: SheetResult) -> dict[str, int]:
    return asdict(result) | {"waiting": waiting_fields()}


def _sheet_json(sheet: GlyphSheet) -> dict[str, Any]:
    """Tiles name their strip and their place in it."""
    strips: dict[int, list[GlyphTile]] = defaultdict(list)
    tiles = []
    for tile in sheet.tiles:
        strip = strips[tile.page_id]
        tiles.append(_tile_json(tile, len(strip)))
        strip.append(tile)
    return {
        "tiles": tiles,
        "strips": {page_id: _strip_url(page_id, strip) for page_id, strip in strips.items()},
        "after": ",".join(map(repr, sheet.after)) if sheet.after else None,
    }


def _tile_json(tile: GlyphTile, strip_place: int) -> dict[str, Any]:
    return {
        "key": {
            "submission_id": tile.submission_id,
            "field_name": tile.field_name,
            "place": tile.place,
            "seen": tile.seen,
        },
        "probability": tile.probability,
        "form": tile.submission_label,
        "field": tile.field_label,
        "strip": tile.page_id,
        "strip_place": strip_place,
        "station": url_for(
            "review.station_at", submission_id=tile.submission_id, field=tile.field_name
        ),
    }


def _strip_url(page_id: int, tiles: Sequence[GlyphTile]) -> str:
    """The address is new when the page is laid or read anew."""
    glyphs = ",".join(f"{tile.field_place}.{tile.place}" for tile in tiles)
    read = max(tile.seen.partition(".")[2] for tile in tiles)
    page = tiles[0].page_hash[:16]
    return url_for(".strip", page_id=page_id, page=page, read=read, glyphs=glyphs)
