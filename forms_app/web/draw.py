"""Live recognition: write on the page or show a picture, see at once what it is read as."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from forms_app.errors import DrawingTooLargeError, UserError
from forms_app.reading.character_sets import CharacterSet
from forms_app.reading.pen_strokes import PEN_PX
from forms_app.services.drawing import LINE_WIDTHS_PX, comb_surface, line_surface, read_drawing
from forms_app.services.sample_pictures import read_picture
from forms_app.web.context import application
from forms_app.web.draw_json import (
    characters_from,
    drawing_from,
    picture_json,
    reading_json,
    surface_json,
)

MAX_DRAWING_BYTES = 1_000_000
# A row of boxes on a wide and on a narrow window.
CELLS, FEW_CELLS = 10, 5
# The set's name, what it is called, its key.
CHARACTER_SETS = (
    (CharacterSet.DIGITS, "Digits", "d"),
    (CharacterSet.UPPER, "Capitals", "c"),
    (CharacterSet.LOWER, "Small letters", "s"),
    (CharacterSet.LETTERS, "Letters", "l"),
    (CharacterSet.ALNUM, "Letters and digits", "n"),
    (CharacterSet.ALL, "All", "a"),
)

blueprint = Blueprint("draw", __name__, url_prefix="/draw")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The page to write on."""
    settings = application().settings
    return render_template(
        "draw/index.html",
        character_sets=CHARACTER_SETS,
        max_picture_mb=settings.max_page_mb,
        max_picture_bytes=settings.max_page_mb << 20,
        surfaces={
            "comb": surface_json(comb_surface(CELLS)),
            "comb_narrow": surface_json(comb_surface(FEW_CELLS)),
            "line": surface_json(line_surface(LINE_WIDTHS_PX[0])),
            "line_widths": LINE_WIDTHS_PX,
            "pen": PEN_PX,
        },
    )


@blueprint.post("/reading")
def reading() -> ResponseReturnValue:
    """What the strokes so far are read as."""
    if (request.content_length or 0) > MAX_DRAWING_BYTES:
        raise DrawingTooLargeError(
            "The drawing is too large to be read. Clear the paper and write less at once."
        )
    request.max_content_length = MAX_DRAWING_BYTES
    drawing = drawing_from(request.get_json(silent=True))
    return jsonify(reading_json(read_drawing(application(), drawing)))


@blueprint.post("/picture")
def picture() -> ResponseReturnValue:
    """The characters in a photograph or scan."""
    file = request.files.get("picture")
    if file is None or not file.filename:
        raise UserError("No picture was chosen. Choose a photograph or scan of handwriting.")
    characters = characters_from(request.form.get("characters"))
    found = read_picture(application(), file.stream.read(), file.filename, characters)
    return jsonify(picture_json(found))
