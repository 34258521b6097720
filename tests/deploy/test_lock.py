"""`uv.lock`, which the image is built from, says what `pyproject.toml` asks for."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.deploy.compose_file import REPOSITORY

IN_STEP = "make lock brings uv.lock in step with pyproject.toml"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
LOCK = tomllib.loads((REPOSITORY / "uv.lock").read_text())
PACKAGES = LOCK["package"]
[ROOT] = [package for package in PACKAGES if "editable" in package["source"]]


def asked(text: str, extra: str = "") -> tuple[str, ...]:
    """A requirement in one form, however it is written."""
    requirement = Requirement(text)
    marker = re.sub(r"\s", "", str(requirement.marker or "")).replace("'", '"')
    clauses = sorted(filter(None, re.split(r"\band\b|and(?=\w+[=!<>])", marker)))
    return (
        extra,
        canonicalize_name(requirement.name),
        ",".join(sorted(requirement.extras)),
        str(requirement.specifier),
        *clauses,
    )


def locked(entry: dict[str, Any]) -> tuple[str, ...]:
    marker = entry.get("marker", "")
    found = re.search(r"extra == '([\w-]+)'", marker)
    rest = re.sub(r"( and )?extra == '[\w-]+'", "", marker)
    extras = f"[{','.join(entry['extras'])}]" if "extras" in entry else ""
    text = f"{entry['name']}{extras}{entry.get('specifier', '')}" + (f"; {rest}" if rest else "")
    return asked(text, found[1] if found else "")


def test_it_was_made_of_these_requirements() -> None:
    wanted = {asked(text) for text in PROJECT["dependencies"]}
    for extra, texts in PROJECT["optional-dependencies"].items():
        wanted |= {asked(text, extra) for text in texts}
    assert {locked(entry) for entry in ROOT["metadata"]["requires-dist"]} == wanted, IN_STEP
    assert LOCK["requires-python"] == PROJECT["requires-python"], IN_STEP


def test_its_versions_satisfy_them() -> None:
    versions: dict[str, set[str]] = {}
    for package in PACKAGES:
        versions.setdefault(package["name"], set()).add(package.get("version", ""))
    for entry in ROOT["metadata"]["requires-dist"]:
        allowed = SpecifierSet(entry.get("specifier", ""))
        assert any(version in allowed for version in versions[entry["name"]]), entry


def test_everything_comes_from_the_public_index_by_hash() -> None:
    for package in PACKAGES:
        if package is ROOT:
            continue
        assert package["source"] == {"registry": "https://pypi.org/simple"}, package["name"]
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        assert files and all(file["hash"].startswith("sha256:") for file in files)
        assert all(file["url"].startswith("https://files.pythonhosted.org/") for file in files)


def test_the_small_image_has_no_tensorflow() -> None:
    """What `uv sync --extra production` installs, followed from the root."""
    by_name = {package["name"]: package for package in PACKAGES}
    waiting = [
        *(need["name"] for need in ROOT["dependencies"]),
        *(need["name"] for need in ROOT["optional-dependencies"]["production"]),
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [need["name"] for need in by_name[name].get("dependencies", [])]
    assert {"gunicorn", "ai-edge-litert"} <= found
    assert not found & {"tensorflow", "keras", "pytest"}
