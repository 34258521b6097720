"""Answers that are files (images that browsers may keep, downloads), and where to go next."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from flask import Response, request, stream_with_context, url_for


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


def own_address(address: str) -> str:
    """`address` where it is a path of ours, else the start page: nobody is led elsewhere."""
    parts = urlsplit(address)
    is_own = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_own and not parts.scheme and not parts.netloc else url_for("home.index")


def path_of(address: str, host: str) -> str:
    """The path and query of an address on `host`; of any other the start page."""
    parts = urlsplit(address)
    if parts.netloc != host:
        return url_for("home.index")
    return own_address(f"{parts.path}?{parts.query}" if parts.query else parts.path)
