"""Erasing one form: nothing of it is left in the database's file or the store, others stay."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import func, select, text

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services import erasure, erasures, exports, review
from forms_app.services.application import Application
from forms_app.services.images import decode_grey, encode_png
from forms_app.services.loading import load
from forms_app.services.page_images import scan_image
from forms_app.store.models import (
    AuditEventRow,
    DecisionRow,
    ExportRow,
    FileRow,
    PageRow,
    SubmissionRow,
)
from forms_app.store.states import ExportFormat, PageState
from tests import factories
from tests.fakes import run_sent_tasks

SECRET = "ZYXWVUTS"
DECIDED = "QPONMLKJ"
REASON = "Asked for by letter of 3 May"
USER = 1


def readings(value: str) -> list[object]:
    return [
        factories.reading("surname", value, needs_review=True),
        factories.reading("number", "123456"),
        factories.reading("consent", True),
    ]


def filled(shade: int) -> np.ndarray:
    """A page of its own content."""
    return np.full((factories.HEIGHT_PX, factories.WIDTH_PX), shade, np.uint8)


def make_form(app: Application, batch_id: int, value: str, shade: int) -> int:
    name = f"{shade}.png"
    return factories.make_submission(app, batch_id, readings(value), name, filled(shade))  # type: ignore[arg-type]


def keys_of(app: Application, submission_id: int) -> set[str]:
    with app.session() as session:
        pages = session.scalars(select(PageRow).where(PageRow.submission_id == submission_id)).all()
        files = [load(session, FileRow, page.file_id).content_hash for page in pages]
        return {key for key in (*files, *(page.aligned_hash for page in pages)) if key}


def bytes_of(folder: Path) -> bytes:
    """All that lies in a folder: database, journal, stored files."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_is_left_of_it_and_all_of_the_others(any_app: Application) -> None:
    app = any_app
    batch = factories.make_batch(app)
    gone, stays = make_form(app, batch.id, SECRET, 240), make_form(app, batch.id, "MILLER", 241)
    review.decide(app, gone, "surname", "correct", DECIDED, note=f"it says {SECRET}")
    review.decide(app, stays, "surname", "confirm")
    exports.request_export(app, batch.id, ExportFormat.CSV)
    run_sent_tasks(app)
    keys, kept = keys_of(app, gone), keys_of(app, stays)
    done = erasure.erase(app, gone, REASON, USER)
    assert not any(map(app.files.exists, keys)) and all(map(app.files.exists, kept))
    found = erasures.verify(app, done.id)
    assert found.is_clean and found.shared == ()
    with app.session() as session:
        assert session.get(SubmissionRow, gone) is None
        assert session.scalar(select(func.count(ExportRow.id))) == 0
        assert session.scalars(select(DecisionRow.submission_id)).all() == [stays]
        everything = _all_rows(app)
    assert "MILLER" in everything
    assert SECRET not in everything and DECIDED not in everything
    with pytest.raises(NotFoundError):
        review.get_submission(app, gone)


def _all_rows(app: Application) -> str:
    with app.engine.connect() as connection:
        names = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
            "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        }[app.engine.dialect.name]
        tables = connection.execute(text(names)).scalars().all()
        return "".join(
            repr(connection.execute(text(f'SELECT * FROM "{name}"')).all()) for name in tables
        )


def test_the_files_of_the_database_and_the_store_do_not_have_it(app: Application) -> None:
    batch = factories.make_batch(app)
    gone = make_form(app, batch.id, SECRET, 240)
    make_form(app, batch.id, "MILLER", 241)
    review.decide(app, gone, "surname", "correct", DECIDED)
    folder = Path(app.engine.url.database or "").parent
    assert SECRET.encode() in bytes_of(folder) and DECIDED.encode() in bytes_of(folder)
    done = erasure.erase(app, gone, REASON, USER)
    assert done.certificate["afterwards"]["database_file_rewritten"]
    left = bytes_of(folder)
    assert SECRET.encode() not in left and DECIDED.encode() not in left
    assert b"MILLER" in left


def test_the_certificate_proves_it_without_content(app: Application) -> None:
    batch = factories.make_batch(app)
    gone = make_form(app, batch.id, SECRET, 240)
    review.decide(app, gone, "surname", "confirm")
    keys = keys_of(app, gone)
    done = erasure.erase(app, gone, f"  {REASON} ", USER)
    said = done.certificate
    assert said["reason"] == REASON and said["submission"] == {"id": gone, "batch_id": batch.id}
    assert said["rows"]["readings"] == 3 and said["rows"]["decisions"] == 1
    assert {file["sha256"] for file in said["files"]} == keys
    assert said["afterwards"]["rows_left"] == {} and "still hold" in said["backups"]
    assert SECRET not in repr(said)
    with app.session() as session:
        event = session.scalars(select(AuditEventRow).where(AuditEventRow.verb == "erase")).one()
        assert event.detail["certificate_sha256"] == erasures.certificate_hash(dict(said))
    assert erasures.list_erasures(app, 1) == (erasures.get_erasure(app, done.id, 1),)
    with pytest.raises(NotFoundError):
        erasures.get_erasure(app, done.id, project_id=2)


def shared_file(app: Application, batch_id: int, state: PageState = PageState.READ) -> list[int]:
    """A scan of two pages, each of a form of its own; ids of the forms."""
    _, data = cv2.imencodemulti(".tiff", [filled(200), filled(100)])
    file = factories.upload(app, batch_id, bytes(data), "both.tiff")
    forms = []
    for number, shade in ((1, 200), (2, 100)):
        aligned = app.files.put(encode_png(filled(shade)))
        with app.session() as session:
            form = SubmissionRow(file_id=file.id, batch_id=batch_id, number=number)
            session.add(form)
            session.flush()
            page = PageRow(file_id=file.id, number=number, submission_id=form.id)
            page.template_page, page.aligned_hash, page.state = 1, aligned, PageState.ALIGNED
            session.add(page)
            load(session, FileRow, file.id).page_count = 2
            session.flush()
            forms.append(form.id)
            page_id = page.id
        factories.save_page(app, page_id, readings(f"NAME{number}"))  # type: ignore[arg-type]
        if state != PageState.READ and number == 2:
            with app.session() as session:
                load(session, PageRow, page_id).state = state
    return forms


def test_of_a_shared_file_the_others_pages_are_kept_as_pictures(app: Application) -> None:
    batch = factories.make_batch(app)
    gone, stays = shared_file(app, batch.id)
    [file_key] = keys_of(app, gone) & keys_of(app, stays)
    done = erasure.erase(app, gone, REASON, USER)
    assert not app.files.exists(file_key)
    assert done.certificate["other_pages_kept_as_pictures"] == 1
    with app.session() as session:
        page = session.scalars(select(PageRow)).one()
        file = session.scalars(select(FileRow)).one()
    assert page.submission_id == stays and page.scan_hash is not None
    assert (file.content_hash, file.page_count) == (None, 1)
    assert np.array_equal(decode_grey(app.files.get(page.scan_hash)), filled(100))
    assert scan_image(app, page.id)
    assert len(review.get_submission(app, stays).fields) == 3
    erasure.erase(app, stays, REASON, USER)
    with app.session() as session:
        assert session.scalar(select(func.count(FileRow.id))) == 0


def test_what_may_be_of_the_form_too_is_to_be_sorted_first(app: Application) -> None:
    batch = factories.make_batch(app)
    gone, _ = shared_file(app, batch.id)
    with app.session() as session:
        page = session.scalars(select(PageRow).where(PageRow.number == 2)).one()
        page.submission_id, page.state = None, PageState.HELD
    with pytest.raises(ConflictError, match="whose the pages 2"):
        erasure.erase(app, gone, REASON, USER)
    assert len(review.get_submission(app, gone).fields) == 3
    with app.session() as session:
        session.scalars(select(PageRow).where(PageRow.number == 2)).one().state = PageState.DROPPED
    assert erasure.erase(app, gone, REASON, USER).certificate["dropped_pages"] == 1
    with app.session() as session:
        assert session.scalar(select(func.count(PageRow.id))) == 0


def test_a_form_that_is_being_read_waits(app: Application) -> None:
    batch = factories.make_batch(app)
    gone, _ = shared_file(app, batch.id, PageState.PENDING)
    with pytest.raises(ConflictError, match="being read"):
        erasure.erase(app, gone, REASON, USER)


def test_many_pages_of_others_are_left_to_the_command(app: Application) -> None:
    batch = factories.make_batch(app)
    gone, _ = shared_file(app, batch.id)
    with pytest.raises(ConflictError, match=f"erase --submission {gone}"):
        erasure.erase(app, gone, REASON, USER, most_others=0)


def test_bytes_that_another_batch_has_too_stay_and_are_told(app: Application) -> None:
    first, second = factories.make_batch(app), factories.make_batch(app)
    gone = make_form(app, first.id, SECRET, 240)
    make_form(app, second.id, SECRET, 240)
    done = erasure.erase(app, gone, REASON, USER)
    found = erasures.verify(app, done.id)
    assert found.is_clean and len(found.shared) == 1
    marked = [
        f["sha256"] for f in done.certificate["files"] if f["kept_as_other_rows_have_the_same"]
    ]
    assert tuple(marked) == found.shared


@pytest.mark.parametrize("reason", ["  ", "x" * 501])
def test_there_must_be_a_reason(app: Application, reason: str) -> None:
    batch = factories.make_batch(app)
    gone = make_form(app, batch.id, SECRET, 240)
    with pytest.raises(UserError, match="Say why"):
        erasure.erase(app, gone, reason, USER)
    assert review.get_submission(app, gone)
