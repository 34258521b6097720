"""A template as one zip: opened for the command line, refused with a reason."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from forms_app import demo
from forms_app.errors import TemplateError
from forms_app.templating.blanks import load_blanks
from forms_app.templating.template_archive import opened_template
from forms_app.templating.template_file import load_template


def pack(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.write(demo.TEMPLATE.parent / name, f"folder/{name}")
    return path


def test_a_zip_is_as_good_as_its_files(tmp_path: Path) -> None:
    with opened_template(demo.TEMPLATE) as opened:
        assert opened == demo.TEMPLATE
        template = load_template(opened)
    packed = pack(tmp_path / "demo.fieldhand.zip", "template.json", template.pages[0].image)
    with opened_template(packed) as opened:
        assert load_template(opened) == template
        assert len(load_blanks(template, opened.parent)) == 1
        folder = opened.parent
    assert not folder.exists()


def test_what_holds_no_template_is_refused(tmp_path: Path) -> None:
    missing, damaged = tmp_path / "none.zip", tmp_path / "damaged.zip"
    damaged.write_bytes(b"PK\x03\x04 damaged")
    bare = pack(tmp_path / "bare.zip")
    for path, said in (
        (missing, "cannot be read"),
        (damaged, "cannot be unpacked"),
        (bare, "holds 0 template files"),
    ):
        with pytest.raises(TemplateError, match=said), opened_template(path):
            pass
