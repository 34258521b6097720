"""The statements that fill the tables: what the services would have left, made in SQL."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.large_database.shape import (
    FAILED_FILES,
    FILE_FORMS,
    FLAGGED_PER_MILLE,
    LOOSE_PAGES,
    PEOPLE,
    POSTPONED,
    Shape,
)

TABLES = ("files", "pages", "submissions", "readings", "decisions", "submission_fields")
IDENTITY = json.dumps([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
# Twice as many and the disk of a small machine is full; docs/large-databases.md has real sizes.
CHARACTERS = 2


def parameters(shape: Shape) -> dict[str, Any]:
    """What every statement may refer to."""
    residuals = {f"field_{place:02}": 0.41 for place in range(shape.fields)}
    return {
        "forms": shape.forms,
        "fields": shape.fields,
        "open_from": shape.open_from,
        "residuals": json.dumps(residuals),
        "identity": IDENTITY,
        "characters": json.dumps([_character(digit) for digit in "17"[:CHARACTERS]]),
    }


def _character(digit: str) -> dict[str, Any]:
    return {
        "value": digit,
        "probability": 0.9871,
        "alternatives": [["7", 0.0102]],
        "box": [312, 418, 31, 44],
        "cell": 0,
    }


# A form's number is s, a field's place p from 1, its id i.
_FIELDS_OF_CHUNK = f"""
    FROM (SELECT s, p, (s - 1) * CAST(:fields AS bigint) + p AS i,
                 ((s - 1) * CAST(:fields AS bigint) + p) * 7919 % 1000
                     < {FLAGGED_PER_MILLE} AS flagged
          FROM generate_series(CAST(:first AS bigint), :last) s,
               generate_series(1, CAST(:fields AS int)) p) made
"""
_WHEN = "TIMESTAMPTZ '2026-11-28' - (1 - s / CAST(:forms AS float)) * INTERVAL '365 days'"

BATCHES = f"""
INSERT INTO batches (id, name, version_id, takes_any, created_at)
SELECT :batch_id, 'Batch ' || :batch_id, 1, false, {_WHEN}
FROM (SELECT CAST(:s AS bigint) AS s) made
"""
BATCH_VERSIONS = (
    "INSERT INTO batch_versions (batch_id, version_id, position) VALUES (:batch_id, 1, 0)"
)
FILES = f"""
INSERT INTO files (id, batch_id, name, content_hash, size, state, page_count, attempts,
                   changed_at, created_at)
SELECT f, :batch_id, 'scan ' || f || '.pdf', md5(f::text) || md5('f' || f), 2000000, 'done',
       {FILE_FORMS} + (f % {FAILED_FILES} = 0)::int, 0, {_WHEN}, {_WHEN}
FROM (SELECT f, f * {FILE_FORMS} AS s
      FROM generate_series(CAST(:first_file AS bigint), :last_file) f) made
"""
PAGES = f"""
INSERT INTO pages (id, file_id, number, state, attempts, submission_id, version_id, template_page,
                   aligned_hash, quarter_turns, residual_px, homography, field_residuals,
                   worst_residual_px, changed_at, created_at, read_at)
SELECT s, (s - 1) / {FILE_FORMS} + 1, (s - 1) % {FILE_FORMS} + 1, 'read', 0, s, 1, 1,
       md5(s::text) || md5('p' || s), 0, 0.31, CAST(:identity AS jsonb),
       CAST(:residuals AS jsonb), CASE WHEN s % {LOOSE_PAGES} = 0 THEN 9.5 ELSE 0.62 END,
       {_WHEN}, {_WHEN}, {_WHEN}
FROM generate_series(CAST(:first AS bigint), :last) s
"""
FAILED_PAGES = f"""
INSERT INTO pages (id, file_id, number, state, attempts, error_code, error_message,
                   changed_at, created_at)
SELECT :forms + f, f, {FILE_FORMS} + 1, 'failed', 1, 'poor_registration',
       'The page does not fit the form.', {_WHEN}, {_WHEN}
FROM (SELECT f, f * {FILE_FORMS} AS s
      FROM generate_series(CAST({FAILED_FILES} AS bigint), :forms / {FILE_FORMS},
                           {FAILED_FILES}) f) made
"""
SUBMISSIONS = f"""
INSERT INTO submissions (id, file_id, batch_id, version_id, number, state, absent_pages,
                         pages_missing, created_at, open_fields, accepted_fields, decided_fields,
                         flagged_fields)
SELECT s, files.id, files.batch_id, 1, (s - 1) % {FILE_FORMS} + 1,
       CASE WHEN s >= :open_from AND flagged > 0 THEN 'needs_review' ELSE 'done' END, '[]', 0,
       {_WHEN}, CASE WHEN s >= :open_from THEN flagged ELSE 0 END, :fields - flagged,
       CASE WHEN s >= :open_from THEN 0 ELSE flagged END, flagged
FROM (SELECT s, count(*) FILTER (WHERE flagged) AS flagged {_FIELDS_OF_CHUNK} GROUP BY s) counted
JOIN files ON files.id = (s - 1) / {FILE_FORMS} + 1
"""
READINGS = f"""
INSERT INTO readings (id, submission_id, field_name, page_id, model_version_id, value, outcome,
                      confidence, needs_review, reasons, alternatives, characters, residual_px,
                      created_at)
SELECT i, s, 'field_' || to_char(p - 1, 'FM00'), s, 1, to_jsonb((i % 100)::text), 'read',
       CASE WHEN flagged THEN 0.8 ELSE 0.998 END, flagged,
       CASE WHEN flagged THEN '["The machine is not sure."]' ELSE '[]' END::jsonb, '[]',
       CAST(:characters AS jsonb), 0.41, {_WHEN}
{_FIELDS_OF_CHUNK}
"""
DECISIONS = f"""
INSERT INTO decisions (id, submission_id, field_name, user_id, action, value, overridden, model_id,
                       read_as, mode, keystrokes, duration_ms, created_at)
SELECT i, s, 'field_' || to_char(p - 1, 'FM00'), 2 + i % {PEOPLE},
       CASE WHEN i % 6 = 0 THEN 'correct' ELSE 'confirm' END,
       to_jsonb(CASE WHEN i % 6 = 0 THEN '99' ELSE (i % 100)::text END), false, 'large',
       to_jsonb((i % 100)::text), 'forms', i % 7, 1500 + i % 9000, {_WHEN}
{_FIELDS_OF_CHUNK} WHERE flagged AND s < :open_from
"""
SUBMISSION_FIELDS = f"""
INSERT INTO submission_fields (id, submission_id, batch_id, field_name, position, reading_id,
                               decision_id, flagged, state, stage)
SELECT i, s, files.batch_id, 'field_' || to_char(p - 1, 'FM00'), p - 1, i,
       CASE WHEN flagged AND s < :open_from THEN i END, flagged,
       CASE WHEN NOT flagged THEN 'accepted' WHEN s < :open_from THEN 'decided' ELSE 'open' END,
       CASE WHEN flagged AND s >= :open_from AND i % {POSTPONED} = 0 THEN 'postponed'
            ELSE 'review' END
{_FIELDS_OF_CHUNK} JOIN files ON files.id = (s - 1) / {FILE_FORMS} + 1
"""
OF_FORMS = (PAGES, SUBMISSIONS, READINGS, DECISIONS, SUBMISSION_FIELDS)
