"""How long sheets of one character take in a large batch, on SQLite or PostgreSQL.

Fills an empty database with copies of the demo's form, read as random digits: one field in five
waits for review, one of its characters is doubtful. Then a sheet of each kind is listed, fetched,
answered, sent again and taken back, and pictures are cut from as many pages.

Run: python -m benchmarks.glyph_sheets [--forms 5000] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, text

import migrations
from forms_app import demo
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.reading.form_template import FormField, FormTemplate
from forms_app.services import batches, templates
from forms_app.services.application import Application
from forms_app.services.blanks import load_plan
from forms_app.services.dto.glyph_sheets import GlyphAnswer, GlyphSheet, SheetSource, StripGlyph
from forms_app.services.glyph_answers import answer_sheet, take_sheet_back
from forms_app.services.glyph_pictures import glyph_strip
from forms_app.services.glyph_sheets import list_characters, next_sheet
from forms_app.services.review_images import decoded_page
from forms_app.store.base import utc_now
from forms_app.store.models import (
    LOCAL_USER_ID,
    FileRow,
    PageRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.readings import model_version_id

TRIES, STRIPS = 5, 20
OPEN_SHARE = 0.2
Rows = dict[type, list[dict[str, Any]]]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        given = {"database_url": options.database} if options.database else {}
        app = bootstrap(load_settings({}, data_dir=Path(folder), **given))
        migrations.upgrade(app.engine)
        batch_id = _fill(app, options.forms)
        fields = options.forms * len(_template(app).fields)
        print(f"{fields:,} fields, {app.engine.dialect.name}; median of {TRIES}")
        print("| what | ms | ms of this process's processor |\n|---|---|---|")
        for source in SheetSource:
            _report(f"list, {source}", lambda s=source: list_characters(app, batch_id, s))
            for character in ("7", "ticked"):
                _report(
                    f"sheet of {character}, {source}",
                    lambda s=source, c=character: next_sheet(app, batch_id, s, c),
                )
        sheet = next_sheet(app, batch_id, SheetSource.DOUBTFUL, "7")
        _answer(app, batch_id, sheet)
        _cut(app, sheet)
        app.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=5000)
    parser.add_argument("--database", help="an empty database; a SQLite file by default")
    return parser.parse_args()


def _report(what: str, work: Any, tries: int = TRIES) -> None:
    waited, worked = [], []
    for _ in range(tries):
        started, cpu = time.perf_counter(), time.process_time()
        work()
        waited.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - cpu))
    print(f"| {what} | {median(waited):.0f} | {median(worked):.0f} |")


def _answer(app: Application, batch_id: int, sheet: GlyphSheet) -> None:
    answers = [
        GlyphAnswer(tile.submission_id, tile.field_name, tile.place, tile.seen, place % 20 > 0)
        for place, tile in enumerate(sheet.tiles)
    ]
    asked = (app, batch_id, answers, LOCAL_USER_ID)
    _report(f"answer for {len(answers)} glyphs", lambda: answer_sheet(*asked), 1)
    _report("the same again", lambda: answer_sheet(*asked), 1)
    _report("take it back", lambda: take_sheet_back(*asked), 1)


def _cut(app: Application, sheet: GlyphSheet) -> None:
    tiles = iter(sheet.tiles[:STRIPS])

    def cut_one() -> None:
        tile = next(tiles)
        decoded_page.cache_clear()
        glyph_strip(app, tile.page_id, [StripGlyph(tile.field_place, tile.place)], 1)

    _report("pictures of one page", cut_one, STRIPS)


def _template(app: Application) -> FormTemplate:
    with app.session() as session:
        return load_plan(session, 1).template


def _fill(app: Application, forms: int) -> int:
    definition = json.loads(demo.TEMPLATE.read_text(encoding="utf-8"))
    blank = demo.FOLDER / definition["pages"][0]["image"]
    draft = templates.create_template(app, "Intake", blank.read_bytes(), blank.name)
    saved = templates.save_draft(app, draft.id, definition["fields"], draft.revision)
    version = templates.publish(app, saved.id)
    batch = batches.create_batch(app, version.id, "Large")
    page_hash = app.files.put(blank.read_bytes())
    chance = random.Random(7)
    with app.session() as session:
        model = model_version_id(session, "benchmark", "none")
        template = load_plan(session, version.id).template
    with app.engine.begin() as connection:
        for kind, rows in _rows(template, batch.id, model, page_hash, forms, chance).items():
            connection.execute(insert(kind), rows)
    with app.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return batch.id


def _rows(
    template: FormTemplate,
    batch_id: int,
    model: int,
    page_hash: str,
    forms: int,
    chance: random.Random,
) -> Rows:
    rows: Rows = {kind: [] for kind in (FileRow, SubmissionRow, PageRow)}
    rows |= {ReadingRow: [], SubmissionFieldRow: []}
    for form in range(1, forms + 1):
        name = {"id": form, "batch_id": batch_id}
        rows[FileRow].append(
            name | {"name": f"form-{form}.png", "state": "done", "content_hash": f"{form:064d}"}
        )
        rows[SubmissionRow].append(name | {"file_id": form, "number": 1, "state": "needs_review"})
        page = {"id": form, "file_id": form, "number": 1, "state": "read", "submission_id": form}
        rows[PageRow].append(page | {"template_page": 1, "aligned_hash": page_hash})
        for position, field in enumerate(template.fields):
            row_id = len(rows[ReadingRow]) + 1
            is_open = chance.random() < OPEN_SHARE
            rows[ReadingRow].append(
                {"id": row_id, "submission_id": form, "page_id": form, "model_version_id": model}
                | _reading(field, is_open, chance)
            )
            rows[SubmissionFieldRow].append(
                name
                | {"id": row_id, "submission_id": form, "field_name": field.name}
                | {"position": position, "reading_id": row_id, "flagged": is_open}
                | {"state": "open" if is_open else "accepted", "stage": "review"}
            )
    return rows


def _reading(field: FormField, is_open: bool, chance: random.Random) -> dict[str, Any]:
    value: Any = field.kind.value == "mark"
    characters: list[dict[str, Any]] = []
    if field.is_written:
        value = "".join(chance.choices("0123456789", k=len(field.cells) or 3))
        characters = list(_characters(value, is_open, chance))
    elif field.options:
        value = chance.choice(field.options).value
    return {
        "field_name": field.name,
        "value": [value] if field.kind.value == "choices" else value,
        "outcome": "read",
        "confidence": 0.9 if is_open else 0.999,
        "needs_review": is_open,
        "reasons": ["the reading is 90% certain, 99% are asked for"] if is_open else [],
        "alternatives": [],
        "characters": characters,
        "residual_px": 0.3,
        "created_at": utc_now(),
    }


def _characters(value: str, is_open: bool, chance: random.Random) -> Iterator[dict[str, Any]]:
    doubtful = chance.randrange(len(value)) if is_open else -1
    for place, character in enumerate(value):
        sure = chance.uniform(0.6, 0.95) if place == doubtful else chance.uniform(0.97, 1)
        rest = [[other, (1 - sure) / 3] for other in chance.sample("0123456789", 3)]
        box = [62.5 * place + 45.25, 41.0, 31.5, 47.75]
        yield {"value": character, "probability": sure, "alternatives": rest, "box": box} | {
            "cell": place
        }


if __name__ == "__main__":
    main()
