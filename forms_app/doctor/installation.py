"""Python and the packages that Fieldhand asks for."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group

PACKAGES = Group("packages")
PACKAGE = "fieldhand"
EXTRAS = ("train", "gpu", "production")
"""Those that read and serve; the others are for work on Fieldhand itself."""


def check_installation(_settings: Settings) -> Iterator[Finding]:
    """Compares what is installed with what this version asks for; extras only where they are."""
    asked = [Requirement(line) for line in requires(PACKAGE) or ()]
    installed = {one.name: _version_of(one.name) for one in asked}
    needed = [one for one in asked if _counts(one, "")]
    extra = [
        one
        for one in asked
        if one not in needed and installed[one.name] and any(_counts(one, name) for name in EXTRAS)
    ]
    yield judge_packages([*needed, *extra], installed)


def judge_packages(needed: list[Requirement], installed: dict[str, str]) -> Finding:
    """Whether each has a version that suits.

    Args:
        needed: What is asked for.
        installed: The version of each, empty where it is missing.
    """
    wrong = [
        f"{one.name} {installed[one.name] or 'is missing'} (needs {one.specifier})"
        for one in needed
        if not one.specifier.contains(installed[one.name] or "0", prereleases=True)
        or not installed[one.name]
    ]
    if wrong:
        return PACKAGES.warning(
            "versions",
            f"Packages do not suit: {'; '.join(wrong)}.",
            f"pip install --upgrade {PACKAGE}",
        )
    return PACKAGES.ok(
        "versions",
        f"{PACKAGE} {_version_of(PACKAGE)} with {len(needed)} packages that suit, on Python "
        f"{platform.python_version()}.",
    )


def _counts(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
