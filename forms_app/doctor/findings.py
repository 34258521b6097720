"""What a check finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`failed` prevents work, or loses some; with a `warning` work goes on."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        group: What was looked at, a word.
        name: The check in that group, a stable word for machines.
        verdict: How it stands.
        said: What was found, one sentence.
        advice: What to do, sentences; empty when all is well.
    """

    group: str
    name: str
    verdict: Verdict
    said: str
    advice: str = ""

    @property
    def sentences(self) -> str:
        """What was found and what to do."""
        return f"{self.said} {self.advice}".rstrip()


@dataclass(frozen=True, slots=True)
class Group:
    """Makes the findings of one group."""

    name: str

    def ok(self, name: str, said: str) -> Finding:
        """All is well."""
        return Finding(self.name, name, Verdict.OK, said)

    def warning(self, name: str, said: str, advice: str) -> Finding:
        """Work goes on, but somebody should look at it."""
        return Finding(self.name, name, Verdict.WARNING, said, advice)

    def failed(self, name: str, said: str, advice: str) -> Finding:
        """Work cannot go on, or some is lost."""
        return Finding(self.name, name, Verdict.FAILED, said, advice)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The gravest verdict; `ok` of none."""
    order = tuple(Verdict)
    return max((finding.verdict for finding in findings), key=order.index, default=Verdict.OK)
