"""`fieldhand token`."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import fieldhand


def test_tokens_are_made_listed_and_revoked(tmp_path: Path) -> None:
    made = fieldhand("token", "add", "Scanner", "--scope", "see", "--data", tmp_path)
    assert (made.returncode, made.stdout.startswith("fh_")) == (0, True), made.stderr
    assert "Token 1 of" in made.stderr and made.stdout.strip() not in made.stderr
    revoked = fieldhand("token", "revoke", 1, "--data", tmp_path)
    assert (revoked.returncode, revoked.stdout) == (0, "Token 1 is revoked.\n")
    listed = fieldhand("token", "list", "--data", tmp_path)
    assert listed.stdout.split("\t")[:3] == ["1", "revoked", "Scanner"]
    assert made.stdout.strip() not in listed.stdout
