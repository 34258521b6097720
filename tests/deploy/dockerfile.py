"""What a Dockerfile gives each of its stages: variables, user, entry point, command."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path

INSTRUCTION = re.compile(r"([A-Z]+)\s+(.*)")


@dataclass(frozen=True)
class Stage:
    """A stage with what it has from those that it builds on."""

    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    healthcheck: str = ""


def read_stages(file: Path) -> dict[str, Stage]:
    """All stages by name; the last one, if it has none, is `""`."""
    stages: dict[str, Stage] = {}
    name = ""
    for word, rest in _instructions(file.read_text()):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name] = stages.get(base, Stage())
        elif name in stages:
            stages[name] = _with(stages[name], word, rest)
    return stages


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found = [INSTRUCTION.fullmatch(line) for line in joined.splitlines() if line.strip()]
    assert all(found), "an instruction that is not understood"
    return [(match[1], match[2]) for match in found if match]


def _with(stage: Stage, word: str, rest: str) -> Stage:
    if word == "ENTRYPOINT":
        return replace(stage, entrypoint=json.loads(rest), command=[])
    if word == "CMD":
        return replace(stage, command=json.loads(rest))
    if word == "USER":
        return replace(stage, user=rest)
    if word == "HEALTHCHECK":
        return replace(stage, healthcheck=rest)
    if word == "ENV":
        pairs = dict(pair.split("=", 1) for pair in shlex.split(rest))
        return replace(stage, environment={**stage.environment, **pairs})
    return stage
