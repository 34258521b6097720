"""Asking the doctor in tests: what a check says, by name, and rights to be without."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from forms_app.doctor.findings import Finding

NOBODY = 65534


def by_name(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The findings of one group."""
    found = {finding.name: finding for finding in findings}
    for finding in found.values():
        # Whoever is told of trouble is told what to do.
        assert finding.said and (finding.verdict == "ok") == (not finding.advice), finding
    return found


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, whom no permission holds back."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def verdicts(findings: Iterable[Finding]) -> dict[str, str]:
    """Name and verdict of each finding."""
    return {name: str(finding.verdict) for name, finding in by_name(findings).items()}
