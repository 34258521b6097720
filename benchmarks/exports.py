"""Exports of very many small forms: time, memory, and size of each format, with SQLite.

    python -m benchmarks.exports --folder /tmp/exports --forms 1000000

The database is made in SQL, a template of four fields and 1,000 forms to a file. Each format is
then exported by a process of its own, as a worker does it, and one line of a table printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

import migrations
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, exports, templates
from forms_app.services.application import Application
from forms_app.store.readings import model_version_id
from tests.factories import draw_blank
from tests.fakes import RecordingTaskSender

FORMATS = ("csv", "jsonl", "parquet", "xlsx")
FILE_FORMS = 1000
CHUNK = 100_000
KINDS = ("letters", "number", "date", "mark")
FIELDS = len(KINDS)

_COUNT = (
    "WITH RECURSIVE made(s) AS (SELECT :first UNION ALL SELECT s + 1 FROM made WHERE s < :last)"
)
_NOW = "'2026-11-28 00:00:00.000000'"
_FIELD = "(SELECT 0 AS p UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)"
FILES = f"""
INSERT INTO files (id, batch_id, name, content_hash, size, state, page_count, attempts, changed_at,
                   created_at)
{_COUNT} SELECT s, 1, 'scan ' || s || '.pdf', s, 1, 'done', {FILE_FORMS}, 0, {_NOW}, {_NOW}
FROM made
"""
SUBMISSIONS = f"""
INSERT INTO submissions (id, file_id, batch_id, version_id, number, state, absent_pages,
                         pages_missing, created_at)
{_COUNT} SELECT s, (s - 1) / {FILE_FORMS} + 1, 1, 1, (s - 1) % {FILE_FORMS} + 1, 'done', '[]', 0,
                {_NOW} FROM made
"""
READINGS = f"""
INSERT INTO readings (id, submission_id, field_name, model_version_id, value, outcome, confidence,
                      needs_review, reasons, alternatives, characters, created_at)
{_COUNT} SELECT (s - 1) * {FIELDS} + p + 1, s, 'field_' || p, 1,
    CASE p WHEN 0 THEN '"MILLER"' WHEN 1 THEN '"' || (s % 10000) || '.50"'
           WHEN 2 THEN '"' || date('1950-01-01', (s % 20000) || ' days') || '"'
           ELSE CASE WHEN s % 2 THEN 'true' ELSE 'false' END END,
    'read', 0.998, 0, '[]', '[]', '[]', {_NOW}
FROM made, {_FIELD}
"""
SUBMISSION_FIELDS = f"""
INSERT INTO submission_fields (id, submission_id, batch_id, field_name, position, reading_id,
                               flagged, state, stage)
{_COUNT} SELECT (s - 1) * {FIELDS} + p + 1, s, 1, 'field_' || p, p, (s - 1) * {FIELDS} + p + 1, 0,
                'accepted', 'review'
FROM made, {_FIELD}
"""


def main() -> None:
    """See the module."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path, required=True)
    asked.add_argument("--forms", type=int, default=1_000_000)
    asked.add_argument("--only", choices=FORMATS, help="measure this format, in this process")
    options = asked.parse_args()
    if options.only:
        print(json.dumps(_measured(options.folder, options.only)))
        return
    _build(options.folder, options.forms)
    print("| format | seconds | computing | size | memory before | at its highest |")
    print("|---|---|---|---|---|---|")
    for export_format in FORMATS:
        words = [sys.executable, "-m", "benchmarks.exports", "--folder", options.folder]
        said = subprocess.check_output([*words, "--only", export_format], text=True)
        found = json.loads(said.splitlines()[-1])
        print(
            f"| {export_format} | {found['seconds']:.0f} s | {found['computing']:.0f} s"
            f" | {found['bytes'] / 1e6:.0f} MB | {found['before_mib']:.0f} MiB"
            f" | {found['peak_mib']:.0f} MiB |",
            flush=True,
        )


def _application(folder: Path) -> Application:
    return replace(bootstrap(load_settings({}, data_dir=folder)), tasks=RecordingTaskSender())


def _build(folder: Path, forms: int) -> None:
    """Nothing, where the database is there already."""
    app = _application(folder)
    if not migrations.current_revision(app.engine):
        migrations.upgrade(app.engine)
        drawn = [_field(place, kind) for place, kind in enumerate(KINDS)]
        draft = templates.create_template(app, "Small form", draw_blank(1, drawn), "blank.tiff")
        saved = templates.save_draft(app, draft.id, drawn, draft.revision)
        batches.create_batch(app, templates.publish(app, saved.id).id, "All")
        with app.session() as session:
            model_version_id(session, "benchmark", "litert")
        _fill(app, forms)
    app.close()


def _fill(app: Application, forms: int) -> None:
    with app.engine.begin() as connection:
        connection.execute(text(FILES), {"first": 1, "last": forms // FILE_FORMS})
    for first in range(1, forms + 1, CHUNK):
        places = {"first": first, "last": min(forms, first + CHUNK - 1)}
        with app.engine.begin() as connection:
            for statement in (SUBMISSIONS, READINGS, SUBMISSION_FIELDS):
                connection.execute(text(statement), places)


def _field(place: int, kind: str) -> dict[str, object]:
    field = {
        "name": f"field_{place}",
        "page": 1,
        "kind": kind,
        "box": [60, 110 + 60 * place, 300, 40],
    }
    if kind == "mark":
        return field
    return (
        field | {"layout": "comb", "cells": 8} | ({"format": "DDMMYYYY"} if kind == "date" else {})
    )


def _measured(folder: Path, export_format: str) -> dict[str, float]:
    app = _application(folder)
    asked = exports.request_export(app, 1, export_format)
    before, begun, computed = _memory_mib(), time.perf_counter(), time.process_time()
    exports.build_export(app, asked.id)
    seconds, computing = time.perf_counter() - begun, time.process_time() - computed
    done = exports.get_export(app, asked.id)
    assert done.state == "done" and done.size, done.error_message
    exports.delete_export(app, asked.id)
    app.close()
    return {
        "seconds": seconds,
        "computing": computing,
        "bytes": done.size,
        "before_mib": before,
        "peak_mib": _memory_mib(),
    }


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
