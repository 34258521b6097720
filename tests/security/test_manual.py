"""`docs/security.md` names what shows each claim, and all of that is there."""

from __future__ import annotations

import re

from tests.serving import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text("utf-8")


def test_every_test_that_the_manual_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE))
    assert len(named) > 30
    for path in named:
        assert re.search(r"^def test_", (REPOSITORY / path).read_text("utf-8"), re.MULTILINE), path


def test_every_threat_names_a_test() -> None:
    table = PAGE.partition("| threat |")[2].partition("\n\n")[0].split("\n")[2:]
    assert len(table) > 20
    for row in table:
        assert "`tests/" in row.rstrip("|").rsplit("|", 1)[-1], row


def test_the_tests_of_security_are_named_there() -> None:
    for path in (REPOSITORY / "tests" / "security").glob("test_*.py"):
        assert path.name in PAGE, path.name


def test_every_setting_named_there_exists() -> None:
    settings = (REPOSITORY / "docs" / "settings.md").read_text("utf-8")
    section = PAGE.partition("## Running it safely")[2]
    for name in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", section):
        assert f"| `{name}`" in settings, name
