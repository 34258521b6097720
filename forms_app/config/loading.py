"""The settings from all their sources; whatever is wrong is said at once, not one by one."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_app.config.combinations import impossible_combinations
from forms_app.config.declaring import Declaration, declarations
from forms_app.config.settings import Settings, with_embedded_defaults
from forms_app.config.sources import (
    COMMAND_LINE,
    CONFIG_VARIABLE,
    DEFAULT_SOURCE,
    Given,
    Reading,
    read_environment,
    read_toml,
    unknown_variables,
)
from forms_app.errors import SettingsError

logger = logging.getLogger(__name__)

DECLARATIONS = declarations(Settings)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, where each came from, and what was given that nothing reads.

    Attributes:
        settings: All of them, defaults included.
        sources: Words for where each comes from, by name.
        ignored: One sentence for each `FIELDHAND_*` variable that is no setting.
    """

    settings: Settings
    sources: Mapping[str, str]
    ignored: tuple[str, ...]


def load_settings(
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
    **overrides: object,
) -> Settings:
    """Read the settings; later sources win: defaults, file, environment, `overrides`.

    Variables that look like settings and are none are warned of in the log.

    Args:
        environment: Defaults to the process's; only `FIELDHAND_*` names are looked at, and
            `AWS_*` names when the files are on S3.
        file: A TOML file of `name = value` lines; defaults to `FIELDHAND_CONFIG` when set.
        **overrides: Values from a command line; None means not given.

    Raises:
        SettingsError: Unknown settings in the file, wrong values, or values that cannot work
            together; names all of them.
    """
    loaded = load_with_sources(environment, file, **overrides)
    for sentence in loaded.ignored:
        logger.warning("%s", sentence)
    return loaded.settings


def load_with_sources(
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
    **overrides: object,
) -> Loaded:
    """As `load_settings`, with the sources; it logs nothing.

    Raises:
        SettingsError: See `load_settings`.
    """
    environment = os.environ if environment is None else environment
    read = _read(environment, file, overrides)
    values, wrong = _converted(read.given)
    problems = [*read.problems, *wrong]
    if problems:
        raise _refusal(problems)
    settings = with_embedded_defaults(Settings(**values))
    if impossible := impossible_combinations(settings, environment):
        raise _refusal(impossible)
    sources = {
        name: read.given[name].source if name in read.given else DEFAULT_SOURCE
        for name in DECLARATIONS
    }
    return Loaded(settings, sources, unknown_variables(environment, DECLARATIONS))


def _read(
    environment: Mapping[str, str], file: Path | None, overrides: Mapping[str, object]
) -> Reading:
    """All sources in one, the later over the earlier."""
    if file is None and environment.get(CONFIG_VARIABLE):
        file = Path(environment[CONFIG_VARIABLE])
    from_file = read_toml(file, DECLARATIONS) if file else Reading({})
    from_environment = read_environment(environment, DECLARATIONS)
    from_command_line = {
        name: Given(value, COMMAND_LINE) for name, value in overrides.items() if value is not None
    }
    given = {**from_file.given, **from_environment.given, **from_command_line}
    return Reading(given, from_file.problems + from_environment.problems)


def _converted(given: Mapping[str, Given]) -> tuple[dict[str, Any], list[str]]:
    """The values that are right, and one sentence for each that is wrong."""
    values: dict[str, Any] = {}
    wrong = []
    for name, item in given.items():
        declaration = DECLARATIONS.get(name)
        if declaration is None:
            wrong.append(f"There is no setting called {name}.")
            continue
        try:
            values[name] = declaration.kind.convert(item.value)
        except ValueError:
            wrong.append(_wrong_value(name, declaration, item))
    return values, wrong


def _refusal(problems: Sequence[str]) -> SettingsError:
    """One error for all that is wrong."""
    if len(problems) == 1:
        return SettingsError(problems[0], tuple(problems))
    lines = "".join(f"\n  {problem}" for problem in problems)
    return SettingsError(f"{len(problems)} settings are wrong:{lines}", tuple(problems))


def _wrong_value(name: str, declaration: Declaration, given: Given) -> str:
    value = "what was given" if declaration.is_secret else repr(given.value)
    return f"The setting {name} must be {declaration.kind.allowed}, not {value} ({given.source})."
