"""Every operation of the API once, in an order in which each can be carried out.

`python -m tests.api.scenario` writes what was sent and answered as the document's examples.
"""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import migrations
from forms_app.api.document import EXAMPLES
from forms_app.reading.types import CharacterReading, FieldReading, Outcome
from forms_app.services.application import Application
from forms_app.services.loading import load
from forms_app.store.engine import make_engine
from forms_app.store.models import FileRow, PageRow
from forms_app.store.states import FileState, PageState
from tests.api import administration
from tests.api.program import Program, new_token
from tests.api.recorder import Recorder
from tests.compiled_pages import compiled_once
from tests.factories import (
    HEIGHT_PX,
    NUMBER,
    SURNAME,
    WIDTH_PX,
    aligned_blank,
    draw_blank,
    make_submission,
    reading,
)
from tests.fakes import run_sent_tasks
from tests.prepared_apps import prepare_once

TUS = {"Tus-Resumable": "1.0.0"}
CORNERS = [
    [0.0, 0.0, 0, 0],
    [1.0, 0.0, WIDTH_PX, 0],
    [1.0, 1.0, WIDTH_PX, HEIGHT_PX],
    [0.0, 1.0, 0, HEIGHT_PX],
]


def play(app: Application) -> Recorder:
    """Carry everything out on an empty application."""
    app = replace(app, settings=replace(app.settings, delivery_folders="/srv/accounting"))
    api = Recorder(Program(compiled_once(app), new_token(app)))
    version_id, template_id = _templates(api)
    batch_id = _batches(api, version_id)
    file_id = _files(api, app, batch_id)
    form_id, page_id = _read_form(app, batch_id)
    _submissions(api, batch_id, form_id)
    _exports(api, app, batch_id, template_id)
    administration.deliveries(api, template_id)
    administration.team(api, app, batch_id, form_id)
    _pages(api, app, batch_id, form_id, page_id)
    administration.people(api, app)
    administration.webhooks(api)
    administration.records(api, app, batch_id)
    administration.work(api, app, batch_id, file_id)
    api.do("getFigures", query="?by=template&days=30")
    api.do("getHealth")
    api.do("getOperations")
    # What else it says is of this machine.
    api.examples["getOperations"]["response"]["parts"] = [{"name": "database", "trouble": ""}]
    api.do("deleteFile", file_id)
    api.do("deleteBatch", batch_id)
    api.do("archiveTemplate", template_id)
    return api


def _templates(api: Recorder) -> tuple[int, int]:
    api.do("getMe")
    blank = {"blank": (io.BytesIO(draw_blank(pages=2)), "intake.tiff")}
    draft = api.do("createTemplate", query="?name=Clinic%20intake", data=blank)
    version = draft.get_json()
    version_id, template_id = version["id"], version["template_id"]
    seen = api.do("getVersion", version_id).headers["ETag"]
    fields = {"fields": [SURNAME, NUMBER]}
    api.do("saveDraft", version_id, body=fields, headers={"If-Match": seen})
    api.do("checkVersion", version_id)
    api.do("tryVersion", version_id, query="?synthetic=2", data={})
    job = api.do("testRegistration", version_id).get_json()
    api.do("detectFields", version_id, body={"pages": [1]})
    api.do("getJob", job["id"])
    api.do("publishVersion", version_id)
    api.do("getBlank", version_id, 1)
    archive = api.do("exportVersion", version_id).data
    files = {"files": [(io.BytesIO(archive), "intake.zip")]}
    imported = api.do("importTemplate", data=files).get_json()
    api.do("deleteDraft", imported["id"])
    draft_id = api.do("startDraft", template_id).get_json()["id"]
    api.do("compareVersions", draft_id, query=f"?against={version_id}")
    api.do("listTemplates")
    api.do("getTemplate", template_id)
    return version_id, template_id


def _batches(api: Recorder, version_id: int) -> int:
    made = api.do("createBatch", body={"name": "March, week 12", "version_ids": [version_id]})
    batch_id: int = made.get_json()["id"]
    api.do("addTemplates", batch_id, body={"version_ids": [version_id]})
    api.do("retryRefused", batch_id)
    api.do("getBatch", batch_id)
    api.do("listBatches", query="?limit=20")
    return batch_id


def _files(api: Recorder, app: Application, batch_id: int) -> int:
    scan = {"file": (io.BytesIO(draw_blank()), "monday.tiff")}
    file_id: int = api.do("uploadFile", batch_id, data=scan).get_json()["id"]
    api.do("getFile", file_id)
    announced = {"Upload-Length": "5", "Upload-Metadata": "filename dHVlc2RheS5wZGY="}
    begun = api.do("createUpload", batch_id, headers=TUS | announced)
    upload_id = begun.headers["Location"].rpartition("/")[2]
    piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    api.do("appendToUpload", upload_id, headers=TUS | piece, data=b"%PDF")
    kept = api.do("getUpload", upload_id)
    api.examples["getUpload"]["response"] = kept.get_json() | {
        "id": "UPLOAD",
        "expires_at": "2026-11-29T09:30:00+00:00",
    }
    api.do("deleteUpload", upload_id, headers=TUS)
    with app.session() as session:
        load(session, FileRow, file_id).state = FileState.FAILED
    api.do("retryFile", file_id)
    with app.session() as session:
        load(session, FileRow, file_id).state = FileState.SPLIT
    api.do("sortFile", file_id)
    api.do("listFiles", batch_id)
    return file_id


def _read_form(app: Application, batch_id: int) -> tuple[int, int]:
    """A form that was read; its number waits for a person."""
    characters = tuple(
        CharacterReading(digit, 0.6, (("7", 0.3),) if digit == "1" else ()) for digit in "123456"
    )
    number = FieldReading(
        name="number",
        value="123456",
        outcome=Outcome.READ,
        confidence=0.6,
        needs_review=True,
        reasons=("The 1. character may be 7.",),
        alternatives=(("123456", 0.6), ("723456", 0.3)),
        characters=characters,
        residual_px=0.4,
    )
    form_id = make_submission(app, batch_id, (reading("surname", "MILLER"), number), "tuesday.png")
    with app.session() as session:
        page = session.query(PageRow).filter_by(submission_id=form_id).one()
        page.residual_px, page.quarter_turns, page.checked_at = 0.08, 0, None
        return form_id, page.id


def _submissions(api: Recorder, batch_id: int, form_id: int) -> None:
    api.do("listSubmissions", batch_id)
    api.do("getSubmission", form_id)
    api.do("getField", form_id, "number")
    api.do("getFieldImage", form_id, "number")
    _link(api, "createFieldLink", form_id, "number", body={"seconds": 60})
    said = {"action": "correct", "value": "723456", "seen_decision_id": 0}
    api.do("decideField", form_id, "number", body=said)
    api.do("getFieldHistory", form_id, "number")
    api.do("undoDecision", form_id, "number")


def _exports(api: Recorder, app: Application, batch_id: int, template_id: int) -> None:
    app.tasks.take()  # type: ignore[attr-defined]  # Other work is left undone.
    choice = {"columns": [{"field": "number", "heading": "No."}], "confidences": True}
    wanted = {"format": "csv", "choice": choice}
    api.do("previewExport", batch_id, body=wanted)
    api.do("previewTemplateExport", template_id, body=wanted)
    export_id = api.do("createExport", batch_id, body=wanted).get_json()["id"]
    run_sent_tasks(app)
    api.do("getExport", export_id)
    api.do("downloadExport", export_id)
    api.do("listExports", batch_id)
    preset = api.do("savePreset", template_id, body=wanted | {"name": "For accounting"}).get_json()
    api.do("getPreset", preset["id"])
    api.do("setDefaultPreset", preset["id"], body={"is_default": True})
    api.do("changePreset", preset["id"], body=wanted | {"format": "xlsx"})
    api.do("listPresets", template_id)
    api.do("createTemplateExport", template_id, body={"preset_id": preset["id"]})
    api.do("listTemplateExports", template_id)
    api.do("deletePreset", preset["id"])
    api.do("deleteExport", export_id)


def _pages(api: Recorder, app: Application, batch_id: int, form_id: int, page_id: int) -> None:
    seen = api.do("getPage", page_id).get_json()["seen"]
    api.do("getPageImage", page_id)
    _link(api, "createPageLink", page_id, body={"picture": "image", "seconds": 600})
    api.do("confirmPage", page_id, body={"seen": seen})
    api.do("setPageAbsent", form_id, 2)
    api.do("expectPage", form_id, 2)
    api.do("addMissingPage", form_id, 2, data={"file": (io.BytesIO(draw_blank()), "2.tiff")})
    api.do("dropPage", page_id, body={})
    api.do("getPageQueue", batch_id)
    api.do("restorePage", page_id, body={})
    _let_be(app, page_id, PageState.FAILED)
    api.do("replaceScan", page_id, data={"file": (io.BytesIO(draw_blank()), "again.tiff")})
    api.do("getScan", page_id)
    _let_be(app, page_id, PageState.FAILED)
    laid = {"version_id": 1, "template_page": 1, "points": CORNERS, "is_confirmed": True}
    api.do("layPage", page_id, body=laid | {"in_new_form": True})
    _let_be(app, page_id, PageState.HELD)
    api.do("assignPage", page_id, body={"submission_id": None})
    _let_be(app, page_id, PageState.FAILED)
    api.do("retryPage", page_id)


def _link(api: Recorder, name: str, *ids: object, body: object) -> None:
    api.do(name, *ids, body=body)
    api.examples[name]["response"]["url"] = "https://fieldhand.example.org/images/LINK"


def _let_be(app: Application, page_id: int, state: PageState) -> None:
    """As if workers had come so far with the page."""
    with app.session() as session:
        page = load(session, PageRow, page_id)
        page.state, page.aligned_hash = state, app.files.put(aligned_blank())


def main() -> None:
    """Write the examples."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "migrated.db")
        engine = make_engine(f"sqlite:///{database}")
        migrations.upgrade(engine)
        engine.dispose()
        found: dict[str, Any] = {}
        place = Path(folder, "app")
        place.mkdir()
        prepare_once(place, database, lambda app: found.update(play(app).examples))
    EXAMPLES.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
