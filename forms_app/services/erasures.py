"""Erasures that were made: their certificates, and whether anything is left of what was erased."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.errors import NotFoundError
from forms_app.services.application import Application
from forms_app.services.dto.erasure import Erasure, Verification
from forms_app.services.loading import LARGEST_ID
from forms_app.store import erasure
from forms_app.store.base import utc_now
from forms_app.store.blobs import still_referenced
from forms_app.store.models import DeletionRow
from forms_app.store.states import Deleted


def finish(app: Application, record_id: int, is_rewritten: bool) -> Erasure:
    """Look whether all is gone, and add that to the certificate.

    Args:
        app: The site.
        record_id: The erasure.
        is_rewritten: What `scrub` said.
    """
    left = verify(app, record_id)
    with app.session() as session:
        row = _load(session, record_id, None)
        row.certificate = (row.certificate or {}) | {
            "afterwards": {
                "looked_at": utc_now().isoformat(timespec="seconds"),
                "rows_left": dict(left.rows),
                "files_left": list(left.files),
                "files_shared_with_other_rows": list(left.shared),
                "database_file_rewritten": is_rewritten,
            }
        }
        row.finished_at = utc_now() if left.is_clean else None
        return _erasure(row)


def verify(app: Application, erasure_id: int, project_id: int | None = None) -> Verification:
    """Look for what is left of an erased form, in all tables and in the file store.

    Raises:
        NotFoundError: There is no such erasure (in that project).
    """
    with app.session() as session:
        row = _load(session, erasure_id, project_id)
        assert row.submission_id is not None and row.certificate is not None
        hashes = [file["sha256"] for file in row.certificate["files"]]
        rows = erasure.rows_naming(session, row.submission_id)
        shared = still_referenced(session, hashes)
    kept = [key for key in hashes if app.files.exists(key)]
    return Verification(
        rows=rows,
        files=tuple(key for key in kept if key not in shared),
        shared=tuple(key for key in kept if key in shared),
    )


def list_erasures(
    app: Application, project_id: int, limit: int = 100, before_id: int | None = None
) -> tuple[Erasure, ...]:
    """The last erasures in a project; `before_id` continues after the last one."""
    rows = (
        select(DeletionRow)
        .where(DeletionRow.project_id == project_id, DeletionRow.what == Deleted.SUBMISSION)
        .order_by(DeletionRow.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        rows = rows.where(DeletionRow.id < before_id)
    with app.session() as session:
        return tuple(_erasure(row) for row in session.scalars(rows))


def get_erasure(app: Application, erasure_id: int, project_id: int | None = None) -> Erasure:
    """One erasure.

    Raises:
        NotFoundError: There is none (in that project).
    """
    with app.session() as session:
        return _erasure(_load(session, erasure_id, project_id))


def certificate_hash(certificate: dict[str, Any]) -> str:
    """What the audit keeps of a certificate as it was written with the deletion: the SHA-256 of its
    JSON with sorted keys and no spaces, without `afterwards`."""
    said = {name: value for name, value in certificate.items() if name != "afterwards"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _load(session: Session, erasure_id: int, project_id: int | None) -> DeletionRow:
    # Databases refuse numbers beyond 64 bits with an error of their own.
    row = session.get(DeletionRow, erasure_id) if erasure_id <= LARGEST_ID else None
    if row is None or row.what != Deleted.SUBMISSION or project_id not in (None, row.project_id):
        raise NotFoundError("This erasure does not exist.")
    return row


def _erasure(row: DeletionRow) -> Erasure:
    certificate = row.certificate or {}
    return Erasure(
        id=row.id,
        submission_id=row.submission_id or 0,
        batch_id=row.batch_id or 0,
        user_name=certificate.get("erased_by", {}).get("name", ""),
        reason=row.reason or "",
        erased_at=row.finished_at or row.started_at,
        certificate=certificate,
    )
