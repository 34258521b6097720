"""`fieldhand template detect | check | import | export`."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_app import demo
from forms_app.cli.template import command
from forms_app.errors import NotFoundError, TemplateError, UserError
from forms_app.templating.label_reading import ocr_is_installed
from forms_app.templating.template_file import load_template
from tests.templating.pdf_blank import pdf_blank


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_check_says_that_a_template_is_fine() -> None:
    code, output = run("check", str(demo.TEMPLATE))
    assert code == 0 and "fine. 'Clinic intake', 1 pages, 20 fields" in output


def test_check_says_what_would_spoil_readings(tmp_path: Path) -> None:
    definition = json.loads(demo.TEMPLATE.read_text())
    definition["fields"][0]["cells"] //= 2
    definition["pages"][0]["image"] = str(demo.TEMPLATE.parent / definition["pages"][0]["image"])
    path = tmp_path / "narrow.json"
    path.write_text(json.dumps(definition))
    code, output = run("check", "--quick", str(path))
    assert code == 3 and f"{path}: must be changed" in output
    assert "must: field 'surname': " in output and "Correct the number of cells" in output


def test_check_lists_every_fault_of_every_file(tmp_path: Path) -> None:
    definition = json.loads(demo.TEMPLATE.read_text())
    definition["fields"][0]["box"] = [9000, 0, 10, 10]
    definition["fields"][1]["colour"] = "red"
    bad, lonely = tmp_path / "bad.json", tmp_path / "lonely.json"
    bad.write_text(json.dumps(definition))
    lonely.write_text(demo.TEMPLATE.read_text())
    code, output = run("check", "--quick", str(bad), str(lonely), str(demo.TEMPLATE))
    assert code == 3
    assert "'surname': its box" in output and "unknown key 'colour'" in output
    assert f"{lonely}: The blank" in output and "fine" in output


def test_import_and_export_give_the_same_template(tmp_path: Path) -> None:
    data, archive = str(tmp_path / "data"), tmp_path / "out.fieldhand.zip"
    code, output = run("import", str(demo.TEMPLATE), "--publish", "--data", data)
    assert code == 0 and "published" in output
    code, _ = run("export", "Clinic intake", "-o", str(archive), "--data", data)
    assert code == 0
    with zipfile.ZipFile(archive) as files:
        files.extractall(tmp_path / "out")
    exported = load_template(tmp_path / "out" / "template.json")
    assert exported.fields == load_template(demo.TEMPLATE).fields
    assert run("check", "--quick", str(tmp_path / "out" / "template.json"))[0] == 0
    again = str(tmp_path / "again")
    code, output = run("import", str(archive), "--data", again)
    assert code == 0 and "Imported 'Clinic intake'" in output
    assert run("check", "--quick", str(archive))[0] == 0


def test_import_says_that_a_name_is_taken_and_takes_the_file_as_a_version(tmp_path: Path) -> None:
    given = ("import", str(demo.TEMPLATE), "--data", str(tmp_path / "data"))
    assert run(*given, "--publish")[0] == 0
    code, output = run(*given)
    assert code == 0 and "There is a template 'Clinic intake' already (number 1)" in output
    assert "Imported 'Clinic intake (2)' as template 2, version 1, draft." in output
    with pytest.raises(UserError, match=r"nothing was imported.*--version-of 1"):
        run(*given, "--publish")
    code, output = run(*given, "--publish", "--version-of", "Clinic intake")
    assert code == 0
    assert "Imported 'Clinic intake' as template 1, version 2, published." in output
    code, output = run(*given, "--publish", "--name", "Other clinic")
    assert code == 0 and "'Other clinic' as template 3" in output and "already" not in output
    with pytest.raises(NotFoundError, match="no template 'Nothing'"):
        run(*given, "--version-of", "Nothing")
    code, output = run(*given, "--version-of", "1", "--name", "New")
    assert code == 2 and "give --name or --version-of" in output


def test_detect_writes_a_template_that_check_reads(tmp_path: Path) -> None:
    blank, output = tmp_path / "survey.pdf", tmp_path / "T.json"
    blank.write_bytes(pdf_blank())
    code, said = run("detect", str(blank), "-o", str(output))
    assert code == 0 and "2 fields on 1 pages" in said and "not read" not in said
    template = load_template(output)
    assert [f.name for f in template.fields] == ["telephone", "signature"]
    assert len(template.fields[0].cells) == 10 and template.name == "survey"


def test_detect_says_that_labels_were_not_read_and_what_to_install(tmp_path: Path) -> None:
    output = tmp_path / "T.json"
    code, said = run("detect", str(demo.FOLDER / "blank.png"), "-o", str(output))
    assert code == 0
    told = "No label could be read on page 1" in said and "pip install 'fieldhand[detect]'" in said
    assert told == (not ocr_is_installed())


def test_detect_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    path = tmp_path / "no.pdf"
    path.write_bytes(b"only text")
    with pytest.raises(TemplateError, match=r"no\.pdf is not a file that can be read"):
        run("detect", str(path))
    with pytest.raises(TemplateError, match="cannot be read"):
        run("detect", str(tmp_path / "missing.pdf"))
