"""`docker-compose.yml` as Compose reads it: merged, with variables put in, one object a service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.dockerfile import Stage, read_stages

REPOSITORY = Path(__file__).resolve().parents[2]
FILE = REPOSITORY / "docker-compose.yml"
VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<operator>:?[-?+])(?P<word>[^}]*))?\}|(?P<plain>\w+))"
)


@dataclass(frozen=True)
class Service:
    """One service; `stage` is what builds its image, None for an image of others."""

    name: str
    raw: Mapping[str, Any]
    stage: Stage | None

    @property
    def runs_on(self) -> bool:
        """Whether it is meant to go on, and not to end when its work is done."""
        return self.raw["restart"] == "unless-stopped"

    @property
    def command_line(self) -> list[str]:
        """Entry point and command, as the container starts them."""
        entrypoint = self.raw.get("entrypoint", self.stage.entrypoint if self.stage else [])
        return [*entrypoint, *self.raw.get("command", self.stage.command if self.stage else [])]

    @property
    def environment(self) -> dict[str, str]:
        """The image's variables, then the service's own."""
        image = self.stage.environment if self.stage else {}
        return {**image, **{name: str(v) for name, v in self.raw.get("environment", {}).items()}}

    @property
    def mounts(self) -> dict[str, str]:
        """Sources (names of volumes, or paths) by the paths that they are mounted at."""
        parts = [volume.split(":") for volume in self.raw.get("volumes", [])]
        return {target: source for source, target, *_ in parts}

    @property
    def writable(self) -> list[str]:
        """Paths that the container can write to."""
        volumes = [volume.split(":") for volume in self.raw.get("volumes", [])]
        tmpfs = [place.partition(":")[0] for place in self.raw["tmpfs"]]
        return tmpfs + [target for _, target, *mode in volumes if mode != ["ro"]]

    @property
    def health_command(self) -> list[str]:
        """The check, as a command line."""
        kind, *words = self.raw["healthcheck"]["test"]
        return words if kind == "CMD" else ["/bin/sh", "-c", *words]


def load(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The whole file with `variables` put in."""
    document: dict[str, Any] = interpolated(yaml.safe_load(FILE.read_text()), variables or {})
    return document


def services(variables: Mapping[str, str] | None = None) -> dict[str, Service]:
    """All services by name."""
    stages = read_stages(REPOSITORY / "Dockerfile")
    return {
        name: Service(name, raw, stages[raw["build"]["target"]] if "build" in raw else None)
        for name, raw in load(variables)["services"].items()
    }


def interpolated(node: Any, variables: Mapping[str, str]) -> Any:
    """Every text of a document with `variables` in the place of `${NAME}` and its kin."""
    if isinstance(node, dict):
        return {key: interpolated(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [interpolated(item, variables) for item in node]
    if not isinstance(node, str):
        return node
    return VARIABLE.sub(lambda found: _value_of(found, variables), node)


def _value_of(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found["dollar"]:
        return "$"
    name = found["name"] or found["plain"]
    operator, word = found["operator"] or "", found["word"] or ""
    is_set = bool(variables.get(name)) if ":" in operator else name in variables
    if operator.endswith("+"):
        return word if is_set else ""
    if is_set:
        return variables[name]
    if operator.endswith("?"):
        raise KeyError(f"{name}: {word}")
    return word
