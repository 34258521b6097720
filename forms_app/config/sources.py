"""Where values come from: a TOML file, environment variables, files these name, a command line."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "FIELDHAND_"
FILE_SUFFIX = "_FILE"
CONFIG_VARIABLE = PREFIX + "CONFIG"
DEFAULT_SOURCE = "default"
COMMAND_LINE = "command line"
# Read by docker-compose.yml, tests and benchmarks; no settings of the program.
OTHER_NAMES = (
    *("CONFIG", "SHARED", "PORT", "HTTP_PORT", "HTTPS_PORT", "SITE", "TLS", "VERSION", "GPU"),
    *("BACKUP_FOLDER", "WEB_PROCESSES", "PAGES_PROCESSES", "READ_PROCESSES"),
    *("PAGES_MEMORY", "READ_MEMORY"),
)
OTHER_VARIABLES = frozenset(PREFIX + name for name in OTHER_NAMES)
OTHER_PREFIX = PREFIX + "TEST_"


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was given, and the words for where."""

    value: object
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source gives, by name, and one sentence for each fault of it."""

    given: Mapping[str, Given]
    problems: tuple[str, ...] = ()


def read_toml(file: Path, names: Iterable[str]) -> Reading:
    """The settings in a TOML file of `name = value` lines."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Reading({}, (f"The settings file {file} cannot be read: {error}.",))
    known = set(names)
    unknown = [name + _nearest(name, known) for name in sorted(set(values) - known)]
    problems = [f"The settings file {file} has unknown settings: {', '.join(unknown)}."]
    given = {name: Given(value, f"file {file}") for name, value in values.items() if name in known}
    return Reading(given, tuple(problems if unknown else ()))


def read_environment(environment: Mapping[str, str], names: Iterable[str]) -> Reading:
    """The settings in `FIELDHAND_NAME` and in the files that `FIELDHAND_NAME_FILE` name."""
    given: dict[str, Given] = {}
    problems = []
    for name in names:
        try:
            found = read_variable(environment, variable_of(name))
        except ValueError as error:
            problems.append(str(error))
        else:
            given |= {name: found} if found else {}
    return Reading(given, tuple(problems))


def read_variable(environment: Mapping[str, str], variable: str) -> Given | None:
    """The value of a variable, or of the file that its `_FILE` names; None when neither is given.

    An empty variable counts as not given.

    Raises:
        ValueError: Both are given, or the file cannot be read; the message is for an operator.
    """
    value, file = environment.get(variable), environment.get(variable + FILE_SUFFIX)
    if value and file:
        raise ValueError(
            f"The environment variables {variable} and {variable}{FILE_SUFFIX} are both given; "
            "keep one of them."
        )
    if file:
        return Given(_content(variable + FILE_SUFFIX, Path(file)), f"file {file}")
    return Given(value, f"environment variable {variable}") if value else None


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def unknown_variables(environment: Mapping[str, str], names: Iterable[str]) -> tuple[str, ...]:
    """One sentence for each `FIELDHAND_*` variable that nothing reads: most likely a slip."""
    known = {variable_of(name) + suffix for name in names for suffix in ("", FILE_SUFFIX)}
    unknown = (
        variable
        for variable in sorted(environment)
        if variable.startswith(PREFIX) and not variable.startswith(OTHER_PREFIX)
    )
    return tuple(
        f"The environment variable {variable} is not a setting and does nothing"
        f"{_nearest(variable, known)}."
        for variable in unknown
        if variable not in known | OTHER_VARIABLES
    )


def _content(variable: str, file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ValueError(
            f"The file {file} that {variable} names cannot be read: {reason}."
        ) from error
    if not text:
        raise ValueError(f"The file {file} that {variable} names is empty.")
    return text


def _nearest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, sorted(known), n=1)
    return f" (did you mean {found[0]}?)" if found else ""
