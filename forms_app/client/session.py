"""Carries operations out: token, key, retries, problems, ETags, stretches of lists."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import NoneType
from typing import Any, Generic, TypeVar, cast
from urllib.parse import urlsplit

from forms_app.client.bodies import Body, address, query
from forms_app.client.connection import Answer, Connection, Request
from forms_app.client.decoding import decode
from forms_app.client.errors import (
    AnswerNotUnderstoodError,
    NotFoundError,
    UnreachableError,
    error_of,
    problem_from,
)
from forms_app.client.operations import PREFIX, Operation
from forms_app.client.retrying import Retries

T = TypeVar("T")

MOST_LISTED = 200
AGENT = "fieldhand-client"


@dataclass(frozen=True)
class Seen(Generic[T]):
    """What was answered, and the ETag by which to ask whether it is still so."""

    value: T
    etag: str | None


class Session:
    """A token at a server."""

    def __init__(self, connection: Connection, token: str, retries: Retries) -> None:
        self._connection = connection
        self._token = token
        self.retries = retries

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def ask(
        self,
        operation: Operation[T],
        *ids: object,
        body: Body | None = None,
        asked: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> T:
        """Carry an operation out.

        Args:
            operation: Which.
            ids: In the order of its path.
            body: What is sent.
            asked: What stands behind `?`.
            headers: Further ones.
            key: An Idempotency-Key for a POST instead of one made up for this call.

        Raises:
            ClientError: It was not carried out, or nobody knows.
        """
        request = self._request(operation, ids, body, asked or {}, headers or {}, key)
        if not operation.is_repeatable:
            # A kept connection may be dead by now, and nobody would know what became of this.
            self._connection.close()
            return _understood(operation, self._send(request))
        lost: list[UnreachableError] = []
        try:
            return self.retries.run(lambda: self._once(operation, request, lost))
        except NotFoundError:
            if lost and operation.answer is NoneType:
                # It was deleted the first time, and the answer was lost.
                return cast(T, None)
            raise

    def send(
        self, operation: Operation[None], *ids: object, headers: Mapping[str, str], body: Body
    ) -> None:
        """Carry an operation out once, whatever becomes of it.

        Raises:
            ClientError: It was not carried out, or nobody knows.
        """
        self._send(self._request(operation, ids, body, {}, headers, None)).read()

    def open(
        self,
        operation: Operation[Any],
        *ids: object,
        headers: Mapping[str, str],
    ) -> Answer:
        """The answer itself, for its headers."""
        request = self._request(operation, ids, None, {}, headers, None)
        return self.retries.run(lambda: self._send(request))

    def open_once(self, operation: Operation[Any], *ids: object) -> Answer:
        """Likewise, without sending it again: whoever reads it does, from its beginning."""
        return self._send(self._request(operation, ids, None, {}, {}, None))

    def look(self, operation: Operation[T], *ids: object, last: Seen[T] | None = None) -> Seen[T]:
        """What there is now; `last` where nothing has changed since."""
        known = last.etag if last else None
        answer = self.open(operation, *ids, headers={"If-None-Match": known} if known else {})
        if answer.status == 304 and last is not None:
            answer.read()
            return last
        return Seen(_understood(operation, answer), answer.header("ETag"))

    def each(
        self, operation: Operation[T], *ids: object, asked: Mapping[str, object] | None = None
    ) -> Iterator[T]:
        """All items of a list, asked for stretch by stretch as they are taken."""
        wanted = {"limit": MOST_LISTED, **(asked or {})}
        request = self._request(operation, ids, None, wanted, {}, None)
        while True:
            told = self.retries.run(partial(self._json_of, request))
            if not isinstance(told, dict) or not isinstance(told.get("items"), list):
                raise AnswerNotUnderstoodError(f"{operation.name} did not answer a list.")
            yield from (decode(operation.answer, item) for item in told["items"])
            if told.get("next") is None:
                return
            # Its path alone: nobody else is given the token.
            following = urlsplit(str(told["next"]))
            target = f"{following.path}?{following.query}"
            request = Request(request.method, target, request.headers)

    def _request(
        self,
        operation: Operation[Any],
        ids: tuple[object, ...],
        body: Body | None,
        asked: Mapping[str, object],
        headers: Mapping[str, str],
        key: str | None,
    ) -> Request:
        told = {"Authorization": f"Bearer {self._token}", "User-Agent": AGENT, **headers}
        if operation.method == "POST":
            told["Idempotency-Key"] = key or secrets.token_urlsafe(24)
        if body is not None:
            told["Content-Type"] = body.content_type
        path = self._connection.root + PREFIX + address(operation.path, ids)
        data = body.data if body is not None else None
        return Request(operation.method, path + query(asked), told, data)

    def _once(self, operation: Operation[T], request: Request, lost: list[UnreachableError]) -> T:
        try:
            return _understood(operation, self._send(request))
        except UnreachableError as error:
            lost.append(error)
            raise

    def _json_of(self, request: Request) -> object:
        return _json(self._send(request))

    def _send(self, request: Request) -> Answer:
        answer = self._connection.send(request)
        if answer.status in (200, 201, 202, 204, 304):
            return answer
        told: object = None
        with suppress(ValueError):
            told = json.loads(answer.read())
        after = answer.header("Retry-After") or ""
        raise error_of(problem_from(answer.status, told, float(after) if after.isdigit() else None))


def _understood(operation: Operation[T], answer: Answer) -> T:
    if operation.answer in (bytes, NoneType):
        whole = answer.read()
        return cast(T, whole if operation.answer is bytes else None)
    return decode(operation.answer, _json(answer))


def _json(answer: Answer) -> object:
    try:
        found: object = json.loads(answer.read())
    except ValueError:
        raise AnswerNotUnderstoodError("The answer is no JSON; is this the API?") from None
    return found
