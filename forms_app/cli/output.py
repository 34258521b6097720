"""What `fieldhand read` writes: JSON, JSON lines, CSV or XLSX."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from forms_app.cells import cell_text, without_formula
from forms_app.errors import UserError
from forms_app.reading.form_template import FieldKind, FormTemplate
from forms_app.reading.submissions import SubmissionReading
from forms_app.reading.types import CharacterReading, FieldReading, Value, is_empty

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DETAIL_HEADINGS = (
    "source",
    "submission",
    "field",
    "value",
    "outcome",
    "confidence",
    "needs_review",
    "reasons",
)


def write_submissions(
    path: Path, template: FormTemplate, submissions: Sequence[SubmissionReading]
) -> None:
    """Write all submissions in the format that the file's ending names; whole or not at all.

    Raises:
        UserError: the file cannot be written.
    """
    content = WRITERS[path.suffix.lower()](template, submissions)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UserError(f"The output {path} cannot be written: {error.strerror}.") from error


def submission_to_json(submission: SubmissionReading) -> dict[str, Any]:
    """One submission as the public JSON contract has it."""
    return {
        "source": submission.source,
        "submission": submission.number,
        "pages": [
            {
                "number": page.number,
                "template_page": page.template_page,
                "residual_px": round(page.residual_px, 2),
                "quarter_turns": page.quarter_turns,
            }
            for page in submission.pages
        ],
        "fields": {field.name: _field_to_json(field) for field in submission.fields},
    }


def to_json(template: FormTemplate, submissions: Sequence[SubmissionReading]) -> bytes:
    """A list of submissions."""
    items = [submission_to_json(submission) for submission in submissions]
    return (json.dumps(items, ensure_ascii=False, indent=1) + "\n").encode()


def to_json_lines(template: FormTemplate, submissions: Sequence[SubmissionReading]) -> bytes:
    """One submission a line."""
    lines = (json.dumps(submission_to_json(s), ensure_ascii=False) + "\n" for s in submissions)
    return "".join(lines).encode()


def to_csv(template: FormTemplate, submissions: Sequence[SubmissionReading]) -> bytes:
    """One row a submission, one column a field, UTF-8 with a byte order mark for spreadsheets.

    The last column names the fields that need review.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(without_formula(heading) for heading in _headings(template))
    for submission in submissions:
        writer.writerow(without_formula(cell) for cell in _row(submission))
    return buffer.getvalue().encode("utf-8-sig")


def to_xlsx(template: FormTemplate, submissions: Sequence[SubmissionReading]) -> bytes:
    """A sheet with one row a submission, and one with every reading's confidence and reasons.

    Everything is stored as text but the values of number fields, so nothing becomes a formula and
    leading zeros stay.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    bold = book.add_format({"bold": True})
    numeric = {f.name for f in template.fields if f.kind is FieldKind.NUMBER}
    headings = _headings(template)
    data = _Sheet(book.add_worksheet("Data"), headings, bold)
    readings = _Sheet(book.add_worksheet("Readings"), _DETAIL_HEADINGS, bold)
    for submission in submissions:
        data.add(
            float(cell) if name in numeric and _NUMBER.fullmatch(cell) else cell
            for name, cell in zip(headings, _row(submission), strict=True)
        )
        for field in submission.fields:
            readings.add(_details(submission, field))
    book.close()
    return buffer.getvalue()


class _Sheet:
    """A worksheet that is filled row by row."""

    def __init__(self, sheet: Any, headings: Sequence[str], heading_format: Any) -> None:
        self._sheet, self._row = sheet, 0
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, heading_format)

    def add(self, cells: Iterable[str | float]) -> None:
        self._row += 1
        for column, cell in enumerate(cells):
            write = self._sheet.write_string if isinstance(cell, str) else self._sheet.write_number
            write(self._row, column, cell)


WRITERS: dict[str, Callable[[FormTemplate, Sequence[SubmissionReading]], bytes]] = {
    ".json": to_json,
    ".jsonl": to_json_lines,
    ".csv": to_csv,
    ".xlsx": to_xlsx,
}


def _headings(template: FormTemplate) -> list[str]:
    return ["source", "submission", *(f.name for f in template.fields), "needs_review"]


def _row(submission: SubmissionReading) -> list[str]:
    open_fields = ";".join(field.name for field in submission.fields if field.needs_review)
    values = [cell_text(field.value) for field in submission.fields]
    return [submission.source, str(submission.number), *values, open_fields]


def _details(submission: SubmissionReading, field: FieldReading) -> list[str | float]:
    return [
        submission.source,
        str(submission.number),
        field.name,
        cell_text(field.value),
        str(field.outcome),
        round(field.confidence, 4),
        "true" if field.needs_review else "false",
        "; ".join(field.reasons),
    ]


def _field_to_json(field: FieldReading) -> dict[str, Any]:
    return {
        "value": "" if is_empty(field.value, field.outcome) else _value_to_json(field.value),
        "outcome": str(field.outcome),
        "confidence": round(field.confidence, 4),
        "needs_review": field.needs_review,
        "reasons": list(field.reasons),
        "alternatives": [[_value_to_json(v), round(p, 4)] for v, p in field.alternatives],
        "characters": [_character_to_json(character) for character in field.characters],
    }


def _value_to_json(value: Value) -> str | bool | list[str] | None:
    return list(value) if isinstance(value, tuple) else value


def _character_to_json(character: CharacterReading) -> dict[str, Any]:
    return {
        "value": character.value,
        "probability": round(character.probability, 4),
        "alternatives": [[value, round(p, 4)] for value, p in character.alternatives],
    }
