"""Checks side by side: limits, failures, and the gravest verdict."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group, Verdict, worst
from forms_app.doctor.running import Check, examine
from forms_app.errors import ModelError

ONE, TWO = Group("one"), Group("two")


def test_a_check_that_hangs_keeps_nothing_from_being_told(settings: Settings) -> None:
    forever = Event()

    def hang(_: Settings) -> Iterator[Finding]:
        yield ONE.ok("first", "It was there.")
        forever.wait(60)

    try:
        findings = examine(
            [Check(ONE, hang, limit_s=0.3), Check(TWO, lambda _: [TWO.ok("a", "Yes.")])], settings
        )
    finally:
        forever.set()
    assert [(one.group, one.name, one.verdict) for one in findings] == [
        ("one", "first", "ok"),
        ("one", "in_time", "failed"),
        ("two", "a", "ok"),
    ]
    assert "no answer within 0.3 s" in findings[1].said


def test_a_check_that_breaks_is_told_like_others(settings: Settings) -> None:
    def slip(_: Settings) -> Iterator[Finding]:
        yield ONE.ok("first", "Yes.")
        raise ZeroDivisionError("by nought")

    def refuse(_: Settings) -> Iterator[Finding]:
        raise ModelError("The model is damaged.")

    first, broken, refused = examine([Check(ONE, slip), Check(TWO, refuse)], settings)
    assert first.verdict == "ok"
    assert (broken.name, broken.verdict) == ("checked", "failed")
    assert "ZeroDivisionError: by nought" in broken.said
    assert (refused.verdict, refused.sentences) == ("failed", "The model is damaged.")


def test_the_gravest_verdict_counts() -> None:
    ok, warning = ONE.ok("a", "Yes."), ONE.warning("b", "Well.", "Look.")
    assert worst([]) is Verdict.OK
    assert worst([ok, warning]) is Verdict.WARNING
    assert worst([warning, ONE.failed("c", "No.", "Act."), ok]) is Verdict.FAILED
