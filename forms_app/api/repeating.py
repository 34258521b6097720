"""POSTs that a program may send again: with an Idempotency-Key they are carried out once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Response, request

from forms_app.api.authentication import bearer
from forms_app.files import CHUNK_BYTES
from forms_app.services import idempotency
from forms_app.services.idempotency import IdempotentRequest, KeptAnswer
from forms_app.web.context import application

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Upload-Offset", "Upload-Expires")


def once(carry_out: Callable[[], Response]) -> Response:
    """The answer of `carry_out`, or the one that this request has had before."""
    key, asking = request.headers.get(HEADER), bearer()
    if request.method != "POST" or key is None or asking is None:
        return carry_out()
    asked = IdempotentRequest(asking.token_id, key, _hash_of_request())
    known = idempotency.claim(application(), asked)
    if known is not None:
        return _again(known)
    try:
        response = carry_out()
    except BaseException:
        # What fails changes nothing, so the same may be tried again.
        idempotency.drop(application(), asked)
        raise
    _keep(asked, response)
    return response


def _keep(asked: IdempotentRequest, response: Response) -> None:
    if response.status_code >= 400:
        idempotency.drop(application(), asked)
        return
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    answer = KeptAnswer(response.status_code, headers, response.get_data(as_text=True))
    idempotency.keep(application(), asked, answer)


def _again(known: KeptAnswer) -> Response:
    response = Response(known.body, known.status)
    for name, value in known.headers.items():
        response.headers[name] = value
    response.headers[REPLAYED] = "true"
    return response


def _hash_of_request() -> str:
    """Of all that it asks for. A form is taken apart: its boundary differs from time to time."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in sorted(request.form.items(multi=True)):
            digest.update(f"{name}={value}\n".encode())
        for name, file in request.files.items(multi=True):
            digest.update(f"{name}: {file.filename}\n".encode())
            while piece := file.stream.read(CHUNK_BYTES):
                digest.update(piece)
            file.stream.seek(0)
    else:
        digest.update(request.get_data(cache=True))
    return digest.hexdigest()
