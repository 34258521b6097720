"""Files in pieces, by the protocol tus 1.0.0: a broken connection costs one piece at most."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

from forms_app.client import operations as op
from forms_app.client.bodies import Body
from forms_app.client.errors import (
    AnswerNotUnderstoodError,
    ClientError,
    ConflictError,
    FileChangedError,
    UnreachableError,
    UploadBrokenError,
)
from forms_app.client.retrying import may_pass
from forms_app.client.session import Session
from forms_app.client.shapes.batches import UploadState

PIECE_BYTES = 4 << 20
PIECE_TYPE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}

Progress: TypeAlias = Callable[[int, int], None]
"""Told of the bytes that have arrived, and of all."""


@dataclass(frozen=True)
class Sending:
    """A file on its way.

    Attributes:
        upload_id: What the server calls it.
        file: Open for reading.
        size: Bytes.
        progress: Told after each piece.
    """

    upload_id: str
    file: BinaryIO
    size: int
    progress: Progress | None


def announce(session: Session, batch_id: int, name: str, size: int) -> str:
    """The id of a new upload of `size` bytes."""
    told = base64.b64encode(name.encode()).decode()
    headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": f"filename {told}"}
    answer = session.open(op.CREATE_UPLOAD, batch_id, headers=headers)
    answer.read()
    upload_id = (answer.header("Location") or "").rstrip("/").rpartition("/")[2]
    if not upload_id:
        raise AnswerNotUnderstoodError("The server did not say where the bytes of a file go.")
    return upload_id


def send_all(session: Session, path: Path, upload_id: str, progress: Progress | None) -> None:
    """Send what has not arrived of a file that was announced.

    Raises:
        UploadBrokenError: It did not get through; says how to go on later.
        FileChangedError: It is not what was announced.
        ClientError: The server refuses it.
    """
    announced = session.ask(op.GET_UPLOAD, upload_id)
    received = announced.received
    if announced.size != path.stat().st_size:
        raise FileChangedError(f"{path.name} is not the file of {announced.size} bytes any more.")
    with path.open("rb") as file:
        sending = Sending(upload_id, file, announced.size, progress)
        while received < sending.size:
            try:
                received = session.retries.run(partial(_send_piece, session, sending, received))
            except ClientError as error:
                if not may_pass(error):
                    raise
                message = f"{path.name}: {received} of {sending.size} bytes have arrived. {error}"
                raise UploadBrokenError(message, upload_id, received) from error
            if progress is not None:
                progress(received, sending.size)


def _send_piece(session: Session, sending: Sending, received: int) -> int:
    """Send the bytes behind those that have arrived; how many have arrived then."""
    sending.file.seek(received)
    piece = sending.file.read(PIECE_BYTES)
    if not piece:
        raise FileChangedError(f"The file ends at {received} of {sending.size} bytes by now.")
    digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    headers = TUS | {"Upload-Offset": str(received), "Upload-Checksum": f"sha256 {digest}"}
    try:
        session.send(
            op.APPEND_TO_UPLOAD, sending.upload_id, headers=headers, body=Body(PIECE_TYPE, piece)
        )
    except (UnreachableError, ConflictError):
        # The answer may be what was lost.
        state: UploadState = session.ask(op.GET_UPLOAD, sending.upload_id)
        if state.received == received:
            raise
        return state.received
    return received + len(piece)
