"""Uploads that go on after a broken connection: the server's half of tus 1.0.0.

The protocol is told at https://tus.io/protocols/resumable-upload (core, and the extensions
creation, checksum, expiration and termination). A sender announces a file, sends it in pieces of
any size, and asks after each interruption how much has arrived.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import tempfile
from typing import IO, cast

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, ClientDisconnected, MethodNotAllowed
from werkzeug.http import http_date

from forms_app.errors import UserError
from forms_app.files import CHUNK_BYTES, SPOOL_BYTES, Readable
from forms_app.reading.errors import FileTooLargeError
from forms_app.services import resumable_uploads
from forms_app.services.resumable_uploads import UploadInfo
from forms_app.web.context import application, current_user_id
from forms_app.web.errors import answer

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
PART_TYPE = "application/offset+octet-stream"
ALGORITHMS = ("sha1", "sha256")
CHECKSUM_MISMATCH = 460

blueprint = Blueprint("tus", __name__)


@blueprint.before_request
def require_version() -> ResponseReturnValue | None:
    """412 where the request does not speak our version."""
    if request.method == "OPTIONS" or request.headers.get("Tus-Resumable") == VERSION:
        return None
    return answer(412, "tus_version", f"Uploads speak tus {VERSION}; the request does not say so.")


@blueprint.after_request
def add_version(response: Response) -> Response:
    """Every answer says the version."""
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    return response


@blueprint.route("/batches/<int:batch_id>/uploads", methods=["OPTIONS"])
@blueprint.route("/uploads/<upload_id>", methods=["OPTIONS"])
def abilities(batch_id: int = 0, upload_id: str = "") -> ResponseReturnValue:
    """What this server can do, and the size of the largest file it takes."""
    settings = application().settings
    most_bytes = max(settings.max_file_mb, settings.max_zip_mb) << 20
    return _done(
        204,
        Tus_Version=VERSION,
        Tus_Extension=EXTENSIONS,
        Tus_Max_Size=str(most_bytes),
        Tus_Checksum_Algorithm=",".join(ALGORITHMS),
    )


@blueprint.post("/batches/<int:batch_id>/uploads")
def create(batch_id: int) -> ResponseReturnValue:
    """Announce a file for a batch; the answer says where its bytes go."""
    if request.content_length:
        raise BadRequest("The bytes of a file are sent after it was announced, not with it.")
    size = _whole_number("Upload-Length")
    try:
        upload = resumable_uploads.start_upload(
            application(), batch_id, _name_sent(), size, user_id=current_user_id()
        )
    except FileTooLargeError as error:
        return answer(413, error.code, error.message)
    location = url_for(".state", upload_id=upload.id)
    return _done(201, Location=location, **progress(upload))


@blueprint.route("/uploads/<upload_id>", methods=["HEAD"], endpoint="state")
def state(upload_id: str) -> ResponseReturnValue:
    """How much of a file has arrived."""
    upload = resumable_uploads.get_upload(application(), upload_id)
    return _done(200, Upload_Length=str(upload.size), **progress(upload))


@blueprint.patch("/uploads/<upload_id>")
def append(upload_id: str) -> ResponseReturnValue:
    """Take the next bytes of a file."""
    if request.mimetype != PART_TYPE:
        return answer(415, "part_type", f"Parts of an upload are sent as {PART_TYPE}.")
    start = _whole_number("Upload-Offset")
    upload = resumable_uploads.get_upload(application(), upload_id)
    if start + (request.content_length or 0) > upload.size:
        raise BadRequest(f"The upload was announced with {upload.size} bytes; this is more.")
    checksum = request.headers.get("Upload-Checksum")
    stream = _Patient(request.stream)
    if checksum is None:
        upload = resumable_uploads.append(application(), upload_id, start, stream)
        return _done(204, **progress(upload))
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool:
        if not _spool_checked(stream, cast(IO[bytes], spool), checksum):
            return answer(CHECKSUM_MISMATCH, "checksum", "These bytes changed on their way.")
        upload = resumable_uploads.append(application(), upload_id, start, cast(Readable, spool))
    return _done(204, **progress(upload))


@blueprint.delete("/uploads/<upload_id>")
def terminate(upload_id: str) -> ResponseReturnValue:
    """Forget what has arrived of a file."""
    resumable_uploads.abandon_upload(application(), upload_id)
    return _done(204)


@blueprint.post("/uploads/<upload_id>")
def overridden(upload_id: str) -> ResponseReturnValue:
    """The other methods, for networks that let only GET and POST through."""
    views = {"PATCH": append, "DELETE": terminate, "HEAD": state}
    view = views.get(request.headers.get("X-HTTP-Method-Override", ""))
    if view is None:
        raise MethodNotAllowed(["HEAD", "PATCH", "DELETE"])
    return view(upload_id)


class _Patient:
    """The body of a request; a connection that breaks is its end, so that what came is kept."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        try:
            return self._stream.read(size)
        except (ClientDisconnected, OSError):
            return b""


def progress(upload: UploadInfo) -> dict[str, str]:
    """Headers, `_` for `-`: how much has arrived, and until when the rest is waited for."""
    headers = {"Upload_Offset": str(upload.received)}
    if not upload.is_finished:
        headers["Upload_Expires"] = http_date(upload.expires_at)
    return headers


def _done(status: int, **headers: str) -> Response:
    """An answer without a body; `_` in the names of headers stands for `-`."""
    response = Response(status=status)
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _whole_number(header: str) -> int:
    value = request.headers.get(header, "")
    # More digits than fit into the database are no size of a file.
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise BadRequest(f"The header {header} must be a whole number.")
    return int(value)


def _name_sent() -> str:
    """The file's name from `Upload-Metadata: key base64,…`; the path in a dropped folder first."""
    sent: dict[str, str] = {}
    for pair in filter(None, map(str.strip, request.headers.get("Upload-Metadata", "").split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            sent[key] = base64.b64decode(encoded, validate=True).decode("utf-8")
        except ValueError:  # no base64, letters that no base64 has, or no UTF-8 in it
            raise BadRequest(f"The value of {key[:40]} in Upload-Metadata is not base64.") from None
    name = sent.get("relativePath") or sent.get("filename")
    if not name:
        raise UserError("The upload has no name; send it as filename in Upload-Metadata.")
    return name


def _spool_checked(stream: Readable, spool: IO[bytes], checksum: str) -> bool:
    """Whether the bytes now in `spool` are those that were sent."""
    algorithm, _, encoded = checksum.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest(f"Checksums are {' or '.join(ALGORITHMS)}, not {algorithm[:40]}.")
    try:
        expected = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise BadRequest("The checksum is not base64.") from None
    digest = hashlib.new(algorithm)
    while piece := stream.read(CHUNK_BYTES):
        digest.update(piece)
        spool.write(piece)
    spool.seek(0)
    return hmac.compare_digest(digest.digest(), expected)
