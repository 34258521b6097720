"""Files in pieces, by tus with a token."""

from __future__ import annotations

import base64
import hashlib

from forms_app.services.dto.batches import BatchSummary
from tests.api.program import PREFIX, Program
from tests.factories import draw_blank

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}
NAME = base64.b64encode(b"scan.tiff").decode()


def test_a_file_arrives_in_pieces(program: Program, batch: BatchSummary) -> None:
    content = draw_blank()
    announced = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {NAME}"}
    path = f"/batches/{batch.id}/uploads"
    assert program.post(path, headers=announced).status_code == 412
    begun = program.post(path, headers=TUS | announced)
    assert begun.status_code == 201
    upload = begun.headers["Location"].removeprefix(PREFIX)
    half = len(content) // 2
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    spoilt = PIECE | {"Upload-Offset": "0", "Upload-Checksum": f"sha256 {wrong}"}
    answer = program.ask("PATCH", upload, headers=spoilt, data=content[:half])
    assert (answer.status_code, answer.get_json()["code"]) == (460, "checksum")
    for start, piece in ((0, content[:half]), (half, content[half:])):
        state = program.ask("HEAD", upload, headers=TUS)
        assert state.headers["Upload-Offset"] == str(start)
        sent = PIECE | {"Upload-Offset": str(start)}
        assert program.ask("PATCH", upload, headers=sent, data=piece).status_code == 204
    told = program.get(upload).get_json()
    assert (told["is_finished"], told["received"]) == (True, len(content))
    file = program.get(f"/files/{told['file_id']}").get_json()
    assert (file["name"], file["size"], file["batch_id"]) == ("scan.tiff", len(content), batch.id)


def test_a_lost_announcement_is_sent_again(program: Program, batch: BatchSummary) -> None:
    headers = TUS | {"Upload-Length": "9", "Upload-Metadata": f"filename {NAME}"}
    headers["Idempotency-Key"] = "scan"
    path = f"/batches/{batch.id}/uploads"
    places = {program.post(path, headers=headers).headers["Location"] for _ in range(2)}
    assert len(places) == 1
