"""Answers that are no JSON: pictures, and files to keep."""

from __future__ import annotations

from flask import Response

from forms_app.web.responses import kept_image

BYTES = {"type": "string", "format": "binary"}
"""The schema of a body of bytes."""

KEPT_S = 60


def picture(content: bytes, mimetype: str = "image/png") -> Response:
    """A picture that the program may keep for a minute."""
    response = kept_image(content, KEPT_S)
    response.mimetype = mimetype
    return response
