"""Answers that are files: images that browsers may keep, and downloads."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request


def kept_image(png: bytes, seconds: int) -> Response:
    """A PNG of a page or a crop; only the person's own browser may keep it, so long unasked."""
    response = Response(png, mimetype="image/png")
    response.cache_control.private = True
    response.cache_control.max_age = seconds
    response.add_etag()
    response.make_conditional(request)
    return response


def attachment(content: bytes, filename: str, mimetype: str) -> Response:
    """A download; RFC 6266 because names may hold any letter."""
    disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": disposition})
