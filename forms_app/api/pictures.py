"""Answers that are no JSON: pictures, and files to keep."""

from __future__ import annotations

from flask import Response

from forms_app.web.responses import kept_image

BYTES = {"type": "string", "format": "binary"}
"""The schema of a body of bytes."""

KEPT_S = 60


def picture(content: bytes, mimetype: str = "image/png", kept_s: int = KEPT_S) -> Response:
    """A picture that the program may keep for a minute, or `kept_s` seconds."""
    response = kept_image(content, kept_s)
    response.mimetype = mimetype
    return response
