"""A blank cleaned by hand before fields are drawn on it; what was done stays with its picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from forms_app.errors import ConflictError, UserError
from forms_app.files import FileStore
from forms_app.reading.types import GreyImage
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.drafts import require_draft
from forms_app.services.dto.templates import TemplateJob
from forms_app.services.images import decode_grey, encode_png
from forms_app.services.loading import load
from forms_app.services.png_notes import note_of, with_note
from forms_app.services.printed_words import KEYWORD as WORDS
from forms_app.services.template_jobs import job_page
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom
from forms_app.store.locks import lock_blobs
from forms_app.store.models import LOCAL_USER_ID, TemplateVersionRow
from forms_app.templating.blank_cleaning import Cleaning, cleaned, parse_cleanings

KEYWORD = "fieldhand-cleaning"
NOT_UNDERSTOOD = "The changes of the blank were not understood. Reload the page, then repeat them."
KEPT_RECORDS = 64


def cleaned_pages(app: Application, job: TemplateJob, sent: str) -> list[bytes]:
    """The pictures of a made blank as PNG, with a person's changes and a record of them.

    Args:
        sent: JSON, for each page its changes (see `parse_cleanings`); "" for none.

    Raises:
        UserError: The changes make no sense on this blank.
    """
    assert job.result is not None
    pages = job.result["pages"]
    changes = _per_page(sent, len(pages))
    return [
        _cleaned_page(app, job.id, page, changed)
        for page, changed in zip(pages, changes, strict=True)
    ]


def clean_draft(app: Application, version_id: int, sent: str, user_id: int = LOCAL_USER_ID) -> int:
    """Erase places on the blanks of a draft; its fields stay. Returns how many were erased.

    Raises:
        UserError: The changes make no sense on these blanks.
        ConflictError: The version is published, or its blanks were cleaned by somebody meanwhile.
    """
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        require_draft(version)
        pages = [(page.blank_hash, page.width_px, page.height_px) for page in version.pages]
    changes = [
        parse_cleanings(changed, width, height, ())
        for changed, (_, width, height) in zip(_per_page(sent, len(pages)), pages, strict=True)
    ]
    made = {
        number: (key, _erased(app.files.get(key), changed))
        for number, (changed, (key, _, _)) in enumerate(zip(changes, pages, strict=True), start=1)
        if changed
    }
    count = sum(map(len, changes))
    if made:
        _replace_blanks(app, version_id, made, count, user_id)
    return count


def _replace_blanks(
    app: Application,
    version_id: int,
    made: Mapping[int, tuple[str, bytes]],
    places: int,
    user_id: int,
) -> None:
    """Put new pictures in the place of old ones: by page number the old one's key, the new PNG."""
    old = {key for key, _ in made.values()}
    keys = [app.files.put(png) for _, png in made.values()]
    with app.session() as session:
        lock_blobs(session, [*keys, *old])
        version = load(session, TemplateVersionRow, version_id)
        require_draft(version)
        rows = [page for page in version.pages if page.number in made]
        if any(page.blank_hash != made[page.number][0] for page in rows):
            raise ConflictError(
                "Somebody else has cleaned this blank meanwhile; load the page again to see it, "
                "then repeat your changes."
            )
        for page in rows:
            page.blank_hash = app.files.put(made[page.number][1])
        version.updated_at = utc_now()
        record_event(session, "clean", "template_version", version.id, user_id, places=places)
        doom(session, old)
    delete_unreferenced(app, old)


@lru_cache(maxsize=KEPT_RECORDS)
def record_of(files: FileStore, blank_key: str) -> Mapping[str, Any]:
    """How a blank was made and cleaned: `{copies, changes}`; empty for one that was uploaded."""
    return note_of(files.get(blank_key), KEYWORD) or {}


def _per_page(sent: str, count: int) -> Sequence[object]:
    if not sent:
        return [[]] * count
    try:
        changes = json.loads(sent)
    except ValueError as error:
        raise UserError(NOT_UNDERSTOOD) from error
    if not isinstance(changes, list) or len(changes) != count:
        raise UserError(NOT_UNDERSTOOD)
    return changes


def _cleaned_page(app: Application, job_id: int, page: Mapping[str, Any], sent: object) -> bytes:
    laid = {copy["number"]: copy["picture"] for copy in page["laid"]}
    changes = parse_cleanings(sent, page["width"], page["height"], list(laid))
    png = job_page(app, job_id, page["picture"])

    @cache
    def copy(number: int) -> GreyImage:
        return decode_grey(job_page(app, job_id, laid[number]))

    if changes:
        png = encode_png(cleaned(decode_grey(png), changes, copy))
    record = {"copies": page["copies"], "changes": [change.as_json() for change in changes]}
    return with_note(png, KEYWORD, record)


def _erased(png: bytes, changes: Sequence[Cleaning]) -> bytes:
    """A draft's page with changes made; what the picture says of itself is kept."""
    grey = cleaned(decode_grey(png), changes, _no_copy)
    known = note_of(png, KEYWORD) or {}
    record = known | {"changes": [*known.get("changes", []), *(c.as_json() for c in changes)]}
    made, words = with_note(encode_png(grey), KEYWORD, record), note_of(png, WORDS)
    return made if words is None else with_note(made, WORDS, words)


def _no_copy(number: int) -> GreyImage:
    raise UserError("The copies are gone; make the blank anew to restore a place from one.")
