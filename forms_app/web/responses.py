"""Answers that are files: images that browsers may keep, and downloads."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, request, stream_with_context


def kept_image(png: bytes, seconds: int) -> Response:
    """A PNG of a page or a crop; only the person's own browser may keep it, so long unasked."""
    response = Response(png, mimetype="image/png")
    response.cache_control.private = True
    response.cache_control.max_age = seconds
    response.add_etag()
    response.make_conditional(request)
    return response


def attachment(content: bytes | Iterator[bytes], filename: str, mimetype: str) -> Response:
    """A download, whole or in chunks; RFC 6266 because names may hold any letter."""
    body = content if isinstance(content, bytes) else stream_with_context(content)
    disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return Response(body, mimetype=mimetype, headers={"Content-Disposition": disposition})
