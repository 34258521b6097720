"""The rules of tus 1.0.0 (https://tus.io/protocols/resumable-upload), one by one."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from tests.web.visitor import Visitor

DATA = b"not a picture, but bytes all the same"
PART = {"Content-Type": "application/offset+octet-stream"}


class Sender:
    """Speaks tus to the pages as a browser would: with the session's token."""

    def __init__(self, flask_app: Flask) -> None:
        visitor = Visitor(flask_app)
        self._headers = {"X-CSRFToken": visitor.token(), "X-Requested-With": "fetch"}
        self._client = visitor._client

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        given = self._headers | {"Tus-Resumable": "1.0.0"} | (headers or {})
        return self._client.open(path, method=method, headers=given, buffered=True, **more)

    def create(self, batch_id: int, name: str, size: int | str, **headers: str) -> TestResponse:
        encoded = base64.b64encode(name.encode()).decode()
        given = {"Upload-Length": str(size), "Upload-Metadata": f"filename {encoded}", **headers}
        return self.ask("POST", f"/batches/{batch_id}/uploads", given)

    def patch(self, path: str, start: int, data: bytes, **headers: str) -> TestResponse:
        given = PART | {"Upload-Offset": str(start)} | headers
        return self.ask("PATCH", path, given, data=data)


@pytest.fixture
def sender(flask_app: Flask) -> Sender:
    return Sender(flask_app)


@pytest.fixture
def place(sender: Sender, batch: BatchSummary) -> str:
    """Where the bytes of an announced file go."""
    return sender.create(batch.id, "scan.pdf", len(DATA)).location


def test_a_file_goes_in_by_parts(
    sender: Sender, place: str, app: Application, batch: BatchSummary
) -> None:
    first = sender.patch(place, 0, DATA[:10])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "10")
    assert "GMT" in first.headers["Upload-Expires"]
    head = sender.ask("HEAD", place)
    assert head.status_code == 200
    assert head.headers["Upload-Offset"] == "10"
    assert head.headers["Upload-Length"] == str(len(DATA))
    assert head.headers["Cache-Control"] == "no-store"
    last = sender.patch(place, 10, DATA[10:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(DATA)))
    [file] = batches.get_batch(app, batch.id).files
    assert (file.name, file.size) == ("scan.pdf", len(DATA))


def test_asking_after_the_last_answer_was_lost_tells_that_all_has_arrived(
    sender: Sender, place: str, app: Application, batch: BatchSummary
) -> None:
    sender.patch(place, 0, DATA)
    assert sender.ask("HEAD", place).headers["Upload-Offset"] == str(len(DATA))
    assert sender.patch(place, 0, DATA).status_code == 409
    assert len(batches.get_batch(app, batch.id).files) == 1


def test_creation_says_where_and_takes_names_with_folders(
    sender: Sender, app: Application, batch: BatchSummary
) -> None:
    path = base64.b64encode("März/Nord/scan 1.pdf".encode()).decode()
    name = base64.b64encode(b"scan 1.pdf").decode()
    metadata = f"filename {name},relativePath {path},is_confidential"
    answer = sender.create(batch.id, "", 3, **{"Upload-Metadata": metadata})
    assert answer.status_code == 201
    assert answer.headers["Upload-Offset"] == "0"
    sender.patch(answer.location, 0, b"abc")
    assert batches.get_batch(app, batch.id).files[0].name == "März/Nord/scan 1.pdf"


def test_an_empty_file_is_finished_by_its_creation(
    sender: Sender, app: Application, batch: BatchSummary
) -> None:
    assert sender.create(batch.id, "empty.pdf", 0).status_code == 201
    assert batches.get_batch(app, batch.id).files[0].error_code == "empty_file"


@pytest.mark.parametrize("size", ["", "-1", "ten", "1" * 19, "٣"])
def test_creation_without_a_size_is_refused(sender: Sender, batch: BatchSummary, size: str) -> None:
    headers = {"Upload-Metadata": "filename eA=="} | ({"Upload-Length": size} if size else {})
    path = f"/batches/{batch.id}/uploads"
    if size.isascii():
        assert sender.ask("POST", path, headers).status_code == 400


def test_creation_of_too_large_a_file_is_refused(sender: Sender, batch: BatchSummary) -> None:
    answer = sender.create(batch.id, "big.pdf", 10**12)
    assert answer.status_code == 413
    assert answer.json is not None and "big.pdf has" in answer.json["message"]


def test_creation_in_no_batch_or_without_a_name_is_refused(
    sender: Sender, batch: BatchSummary
) -> None:
    assert sender.create(batch.id + 7, "scan.pdf", 3).status_code == 404
    assert sender.create(batch.id, "", 3).status_code == 422
    odd = {"Upload-Metadata": "filename *"}
    assert sender.create(batch.id, "", 3, **odd).status_code == 400


def test_another_offset_than_the_server_has_is_a_conflict(sender: Sender, place: str) -> None:
    assert sender.patch(place, 5, DATA[5:]).status_code == 409
    assert sender.ask("HEAD", place).headers["Upload-Offset"] == "0"


def test_parts_have_a_type_of_their_own(sender: Sender, place: str) -> None:
    answer = sender.patch(place, 0, DATA, **{"Content-Type": "application/octet-stream"})
    assert answer.status_code == 415


def test_more_bytes_than_announced_are_refused(sender: Sender, place: str) -> None:
    assert sender.patch(place, 0, DATA + b"!").status_code == 400
    assert sender.ask("HEAD", place).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("version", ["0.2.2", ""])
def test_another_version_is_refused_and_ours_told(sender: Sender, place: str, version: str) -> None:
    answer = sender.patch(place, 0, DATA, **{"Tus-Resumable": version})
    assert answer.status_code == 412
    assert answer.headers["Tus-Version"] == "1.0.0"
    head = sender.ask("HEAD", place)
    assert head.headers["Upload-Offset"] == "0"
    assert head.headers["Tus-Resumable"] == "1.0.0"


def test_abilities_are_told_without_a_version(sender: Sender, batch: BatchSummary) -> None:
    answer = sender.ask("OPTIONS", f"/batches/{batch.id}/uploads", {"Tus-Resumable": ""})
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert answer.headers["Tus-Max-Size"] == str(2000 << 20)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_guards_a_part(sender: Sender, place: str, algorithm: str) -> None:
    def checksum(data: bytes) -> dict[str, str]:
        digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
        return {"Upload-Checksum": f"{algorithm} {digest}"}

    assert sender.patch(place, 0, DATA, **checksum(DATA[::-1])).status_code == 460
    assert sender.ask("HEAD", place).headers["Upload-Offset"] == "0"
    assert sender.patch(place, 0, DATA, **checksum(DATA)).status_code == 204


@pytest.mark.parametrize("checksum", ["crc32 AAAA", "sha1 *"])
def test_an_unknown_checksum_is_refused(sender: Sender, place: str, checksum: str) -> None:
    assert sender.patch(place, 0, DATA, **{"Upload-Checksum": checksum}).status_code == 400


def test_an_upload_can_be_given_up(sender: Sender, place: str) -> None:
    sender.patch(place, 0, DATA[:5])
    assert sender.ask("DELETE", place).status_code == 204
    assert sender.ask("HEAD", place).status_code == 404
    assert sender.patch(place, 5, DATA[5:]).status_code == 404


def test_methods_may_be_named_in_a_header(sender: Sender, place: str) -> None:
    def override(method: str, **more: Any) -> TestResponse:
        headers = PART | {"X-HTTP-Method-Override": method, "Upload-Offset": "0"}
        return sender.ask("POST", place, headers, **more)

    assert override("PATCH", data=DATA[:4]).headers["Upload-Offset"] == "4"
    assert override("GET").status_code == 405
    assert override("DELETE").status_code == 204


def test_nothing_is_taken_without_the_token_of_the_pages(sender: Sender, place: str) -> None:
    answer = sender.patch(place, 0, DATA, **{"X-CSRFToken": ""})
    assert answer.status_code == 400
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert sender.ask("HEAD", place).headers["Upload-Offset"] == "0"
