"""What a request carries, checked against its shape; each fault is named with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from forms_app.request_errors import InvalidRequestError

NO_TEXT = "Text cannot hold NUL characters or halves of surrogate pairs."


class Parser(FlaskParser):
    """webargs' parser, which speaks our error tree."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        """A body that is not called JSON is not taken for JSON."""
        if req.get_data(cache=True) and not req.is_json:
            raise InvalidRequestError("Send the body as application/json, and say so.")
        found = super().load_json(req, schema)
        if not _is_kept(found):
            raise InvalidRequestError("The request is not as it must be.", (("json", NO_TEXT),))
        return found

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Faults as places and sentences."""
        faults = tuple(_faults(error.messages, ""))
        raise InvalidRequestError("The request is not as it must be.", faults)

    def _handle_invalid_json_error(
        self, error: Exception, req: Request, *args: Any, **kwargs: Any
    ) -> NoReturn:
        raise InvalidRequestError("The body is not JSON.")


def _faults(messages: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            is_whole = name == "_schema"
            yield from _faults(below, place if is_whole else f"{place}/{name}".lstrip("/"))
    elif isinstance(messages, list):
        for message in messages:
            yield from _faults(message, place)
    else:
        yield place, str(messages)


def _is_kept(sent: Any) -> bool:
    """Whether databases keep all of its text."""
    if isinstance(sent, str):
        return "\0" not in sent and not any("\ud800" <= each <= "\udfff" for each in sent)
    if isinstance(sent, Mapping):
        return all(_is_kept(name) and _is_kept(value) for name, value in sent.items())
    return not isinstance(sent, list) or all(map(_is_kept, sent))
