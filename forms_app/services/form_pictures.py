"""What exports of pictures need of a form: its laid pages, and what its files are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from forms_app.reading.form_template import FormTemplate
from forms_app.reading.types import CharacterReading, GreyImage
from forms_app.services.application import Application
from forms_app.services.export_records import ExportRecord
from forms_app.services.images import decode_grey
from forms_app.services.redaction import covered_page, marked_template
from forms_app.store.models import DecisionRow, PageRow, ReadingRow, SubmissionFieldRow
from forms_app.store.reading_json import character_from_json, value_from_json

KEPT_TEMPLATES = 16
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class FormPages:
    """The laid pages of a form by their number in the template; a missing one has none."""

    template: FormTemplate
    keys: dict[int, str]
    open_key: Callable[[str], bytes]
    hides_sensitive: bool = False

    def picture(self, number: int) -> GreyImage | None:
        """The page `(h, w)`, exactly of its template page's size.

        Raises:
            StorageDamagedError, StorageUnavailableError: It cannot be had.
        """
        key = self.keys.get(number)
        if key is None:
            return None
        grey = decode_grey(self.open_key(key))
        return covered_page(grey, self.template, number) if self.hides_sensitive else grey


class PageFinder:
    """Finds the pages of one form after the other; the templates are kept."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._template = lru_cache(maxsize=KEPT_TEMPLATES)(self._load_template)

    def pages_of(self, record: ExportRecord) -> FormPages:
        """The pages of a form as they are now."""
        with self._app.session() as session:
            rows = session.execute(
                select(PageRow.template_page, PageRow.aligned_hash)
                .where(
                    PageRow.submission_id == record.form_id,
                    PageRow.template_page.is_not(None),
                    PageRow.aligned_hash.is_not(None),
                )
                .order_by(PageRow.template_page)
            )
            keys = {number: key for number, key in rows if number is not None and key is not None}
        template, open_key = self._template(record.version_id), self._app.files.get
        return FormPages(template, keys, open_key, record.hides_sensitive)

    def spellings_of(self, record: ExportRecord) -> dict[str, tuple[CharacterReading, ...]]:
        """Each field's characters with their places, where what was read is what counts."""
        with self._app.session() as session:
            rows = session.execute(
                select(
                    SubmissionFieldRow.field_name,
                    ReadingRow.characters,
                    ReadingRow.value,
                    SubmissionFieldRow.decision_id,
                    DecisionRow.value,
                )
                .join(ReadingRow, ReadingRow.id == SubmissionFieldRow.reading_id)
                .outerjoin(DecisionRow, DecisionRow.id == SubmissionFieldRow.decision_id)
                .where(SubmissionFieldRow.submission_id == record.form_id)
            ).all()
        return {
            name: tuple(map(character_from_json, characters))
            for name, characters, value, decision_id, decided in rows
            if decision_id is None or value_from_json(decided) == value_from_json(value)
        }

    def _load_template(self, version_id: int) -> FormTemplate:
        with self._app.session() as session:
            return marked_template(session, version_id)


def file_name(record: ExportRecord) -> str:
    """What a form's file or folder in a ZIP is called; its number in the database ends it, so that
    no two are called the same."""
    stem = record.source.rpartition(".")[0] or record.source
    return f"{safe_name(stem)}-{record.number}-{record.form_id}"


def safe_name(name: str) -> str:
    """A name that is one part of a path on every system."""
    kept = "".join(c if c.isalnum() or c in "-_ ()" else "_" for c in name).strip(" _")
    return kept[:LONGEST_NAME].rstrip() or "form"
