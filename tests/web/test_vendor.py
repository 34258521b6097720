"""What is vendored is what the npm registry has: every file is listed, every hash is right."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import forms_app.web

VENDOR = Path(forms_app.web.__file__).parent / "static" / "vendor"
ROW = re.compile(r"^\| (\S+) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \| ([0-9a-f]{64}) \|$", re.M)
LISTED = {row[0]: row for row in ROW.findall((VENDOR / "VENDOR.md").read_text(encoding="utf-8"))}


def test_every_vendored_file_is_listed_with_its_hash() -> None:
    present = {path.name for path in VENDOR.iterdir()} - {"VENDOR.md"}
    assert present == set(LISTED)
    for name, row in LISTED.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == row[5], name


def test_every_library_says_its_version_and_licence() -> None:
    for name, (_, package, version, _, licence, _) in LISTED.items():
        if not name.endswith(".LICENSE"):
            assert version in name
            assert licence in ("MIT", "0BSD")
            assert any(n.endswith(".LICENSE") and row[1] == package for n, row in LISTED.items())
