"""`fieldhand read` as a person runs it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_app import demo
from forms_app.cells import without_formula
from forms_app.cli.output import to_csv, to_json_lines, to_xlsx, write_submissions
from forms_app.cli.read import command
from forms_app.errors import UserError
from forms_app.reading.form_template import FieldKind, FormField, FormTemplate
from forms_app.reading.geometry import Box
from forms_app.reading.submissions import PagePlacement, SubmissionReading
from forms_app.reading.types import CharacterReading, FieldReading, Outcome
from tests import factories

SCAN = demo.FILLED / "form-0001.jpg"
HOSTILE = '=HYPERLINK("http://x","y")'
FIELD_KEYS = {
    "value",
    "outcome",
    "confidence",
    "needs_review",
    "reasons",
    "alternatives",
    "characters",
}


def made_template() -> FormTemplate:
    kinds = [
        ("note", FieldKind.TEXT),
        ("amount", FieldKind.NUMBER),
        ("code", FieldKind.DIGITS),
        ("signs", FieldKind.CHOICES),
        ("+signed", FieldKind.MARK),
    ]
    fields = tuple(FormField(name, 1, kind, Box(0, 0, 9, 9)) for name, kind in kinds)
    return FormTemplate("made", (), fields)


def made_submission() -> SubmissionReading:
    values = [HOSTILE, "-12.50", "007", ("a", "b"), True]
    fields = tuple(
        FieldReading(
            field.name,
            value,
            Outcome.READ,
            0.91234,
            field.name == "note",
            ("doubtful",) if field.name == "note" else (),
            alternatives=(("other", 0.05),),
            characters=(CharacterReading("x", 0.9, (("y", 0.1),)),),
        )
        for field, value in zip(made_template().fields, values, strict=True)
    )
    return SubmissionReading("a.pdf", 1, (PagePlacement(1, 1, 0.4567, 0),), fields)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_one_scan_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The whole command: exit code, the JSON contract, progress on stderr, no TensorFlow."""
    output = tmp_path / "out.json"
    fieldhand = [sys.executable, "-X", "importtime", "-c", "from forms_app.cli import main; main()"]
    run = subprocess.run(
        [*fieldhand, "read", "--template", str(demo.TEMPLATE), str(SCAN), "--output", str(output)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "tensorflow" not in run.stderr.casefold().replace("tensorflow lite", "")
    assert "form-0001.jpg: 1 pages, 1 forms, 20 fields" in run.stderr
    (submission,) = json.loads(output.read_text())
    assert submission["pages"][0].keys() >= {
        "number",
        "template_page",
        "residual_px",
        "quarter_turns",
    }
    truth = next(
        row["fields"] for row in json.loads(demo.TRUTH.read_text()) if row["source"] == SCAN.name
    )
    assert submission["fields"].keys() == truth.keys()
    for name, field in submission["fields"].items():
        assert field.keys() == FIELD_KEYS
        assert field["needs_review"] or field["value"] in (truth[name], truth[name] or None)


def test_what_fails_is_named_and_the_rest_is_written(tmp_path: Path) -> None:
    stack = tmp_path / "stack"
    stack.mkdir()
    shutil.copy(SCAN, stack / "good.jpg")
    (stack / "empty.pdf").touch()
    (stack / "notes.txt").write_text("not a scan")
    output = tmp_path / "out.csv"
    scans = [str(stack), str(tmp_path / "gone.png")]
    run = CliRunner().invoke(
        command, ["--template", str(demo.TEMPLATE), *scans, "--output", str(output)]
    )
    assert run.exit_code == 3
    assert "empty.pdf" in run.stderr and "gone.png: cannot be read" in run.stderr
    assert "notes.txt" not in run.stderr
    headings, row = rows_of(output.read_bytes())
    assert headings[:3] == ["source", "submission", "surname"] and row[0].endswith("good.jpg")


def test_a_foreign_page_is_refused_by_the_template_s_name(tmp_path: Path) -> None:
    (tmp_path / "other.tiff").write_bytes(factories.draw_blank())
    arguments = ["--template", str(demo.TEMPLATE), str(tmp_path / "other.tiff")]
    run = CliRunner().invoke(command, arguments)
    assert run.exit_code == 3
    name = json.loads(demo.TEMPLATE.read_text())["name"]
    assert f"page 1: This page belongs to none of “{name}”'s pages" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--output", "x.txt"], "must end in .json"),
        (["--output", "nowhere/x.json"], "does not exist"),
        (["--engine", "abacus"], "abacus"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], part: str) -> None:
    run = CliRunner().invoke(command, ["--template", str(demo.TEMPLATE), str(SCAN), *arguments])
    assert run.exit_code == 2 and part in run.output


def test_a_folder_without_scans_is_wrong_usage(tmp_path: Path) -> None:
    run = CliRunner().invoke(command, ["--template", str(demo.TEMPLATE), str(tmp_path)])
    assert run.exit_code == 2 and "there is no scan in" in run.output


def test_csv_has_a_row_a_form_and_no_formulas() -> None:
    headings, row = rows_of(to_csv(made_template(), [made_submission()]))
    assert headings[2:] == ["note", "amount", "code", "signs", "'+signed", "needs_review"]
    assert row[2:] == ["'" + HOSTILE, "-12.50", "007", "a;b", "true", "note"]


def test_xlsx_holds_text_and_numbers_but_no_formulas() -> None:
    with zipfile.ZipFile(io.BytesIO(to_xlsx(made_template(), [made_submission()]))) as book:
        data = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in data and "<v>-12.5</v>" in data
        assert "007" in strings and "HYPERLINK" in strings
        assert "xl/worksheets/sheet2.xml" in book.namelist()


def test_json_lines_have_one_submission_each() -> None:
    lines = to_json_lines(made_template(), [made_submission()] * 2).decode().splitlines()
    fields = json.loads(lines[1])["fields"]
    assert len(lines) == 2 and fields["signs"]["value"] == ["a", "b"]
    assert fields["note"]["alternatives"] == [["other", 0.05]]
    assert fields["note"]["characters"][0] == {
        "value": "x",
        "probability": 0.9,
        "alternatives": [["y", 0.1]],
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [("-5", "-5"), ("-5+2", "'-5+2"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("A=1", "A=1")],
)
def test_only_formulas_are_made_without_formula(text: str, shown: str) -> None:
    assert without_formula(text) == shown


def test_an_output_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_submissions(target, made_template(), [made_submission()])
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
