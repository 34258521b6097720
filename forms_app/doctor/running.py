"""Runs checks side by side, each no longer than its limit: a server that hangs holds up nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Thread

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group
from forms_app.errors import FieldhandError


@dataclass(frozen=True, slots=True)
class Check:
    """Looks at one group; `limit_s` is the longest it may take."""

    group: Group
    ask: Callable[[Settings], Iterable[Finding]]
    limit_s: float = 10.0


def examine(checks: Sequence[Check], settings: Settings) -> tuple[Finding, ...]:
    """What all checks find, in their order; returns after the longest limit at the latest."""
    started = time.monotonic()
    asked = [_Asked(check, settings) for check in checks]
    findings: list[Finding] = []
    for one in asked:
        findings += one.findings_until(started + one.check.limit_s)
    return tuple(findings)


class _Asked:
    """A check at work in a thread of its own."""

    def __init__(self, check: Check, settings: Settings) -> None:
        self.check = check
        self._settings = settings
        self._found: list[Finding] = []
        # Nothing waits for a thread that hangs in a server's silence, not even the program's end.
        self._thread = Thread(target=self._ask, daemon=True)
        self._thread.start()

    def findings_until(self, deadline: float) -> list[Finding]:
        """What was found by then."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        found = list(self._found)
        if self._thread.is_alive():
            found.append(
                self.check.group.failed(
                    "in_time",
                    f"There was no answer within {self.check.limit_s:g} s.",
                    "Look whether it is overloaded, or whether a firewall swallows what is sent.",
                )
            )
        return found

    def _ask(self) -> None:
        try:
            for finding in self.check.ask(self._settings):
                self._found.append(finding)
        except FieldhandError as error:
            self._found.append(self.check.group.failed("usable", error.message, ""))
        except Exception as error:
            # A check that breaks must not hide what the others find.
            said = f"It could not be checked: {type(error).__name__}: {error}."
            advice = "Report this with the version of Fieldhand."
            self._found.append(self.check.group.failed("checked", said, advice))
