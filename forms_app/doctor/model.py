"""The recogniser: its card and weights are whole, it loads, and it reads a shipped form right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group
from forms_app.doctor.model_probe import Probe
from forms_app.errors import ModelError
from forms_app.reading.classifier import default_model_directory
from forms_app.reading.model_card import ModelCard, read_card, verified_bytes

MODEL = Group("model")
PROBE_LIMIT_S = 90.0
RIGHT_SHARE = 0.8
"""Of the shipped form's fields; the shipped model reads all of them."""
GET_IT_AGAIN = "Install Fieldhand again, or train the model again."


def check_model_files(settings: Settings) -> Iterator[Finding]:
    """Compares card and weights; loads nothing."""
    try:
        card = read_card(model_directory(settings))
        for file in card.files.values():
            verified_bytes(file)
    except ModelError as error:
        yield MODEL.failed("files", error.message, GET_IT_AGAIN)
        return
    yield _engines(settings, card)


def check_model(settings: Settings) -> Iterator[Finding]:
    """As `check_model_files`, then loads the model and reads the shipped form."""
    found = list(check_model_files(settings))
    yield from found
    if all(finding.verdict == "ok" for finding in found):
        yield _try(settings)


def model_directory(settings: Settings) -> Path:
    """Where the model of the settings lies."""
    if not settings.model_dir:
        return default_model_directory()
    return Path(settings.model_dir).expanduser()


def judge_probe(probe: Probe, is_shipped: bool) -> Finding:
    """How many fields of the shipped form must be right; a model of one's own may know less."""
    said = (
        f"Read with {probe.engine}, {probe.right} of {probe.fields} fields of the shipped form "
        f"are right ({probe.took_s:.1f} s)."
    )
    if probe.right >= RIGHT_SHARE * probe.fields:
        return MODEL.ok("reads", said)
    if is_shipped:
        return MODEL.failed("reads", said, "Report this with the kind of the processor.")
    return MODEL.warning("reads", said, "See how it does with `fieldhand evaluate`.")


def _engines(settings: Settings, card: ModelCard) -> Finding:
    known = ", ".join(sorted(card.files))
    if settings.engine != "auto" and settings.engine not in card.files:
        return MODEL.failed(
            "files",
            f"The model {card.name} has no weights for {settings.engine}, only for {known}.",
            "Correct the setting engine or model_dir.",
        )
    return MODEL.ok("files", f"The model {card.name} is whole, with weights for {known}.")


def _try(settings: Settings) -> Finding:
    # In a process of its own: a library that does not suit the processor ends it without a word.
    command = [sys.executable, "-P", "-m", "forms_app.doctor.model_probe"]
    arguments = [settings.engine, str(model_directory(settings)), str(settings.classifier_threads)]
    try:
        done = subprocess.run(
            command + arguments,
            capture_output=True,
            text=True,
            timeout=PROBE_LIMIT_S,
            check=False,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    except subprocess.TimeoutExpired:
        return MODEL.failed(
            "reads",
            f"The shipped form was not read within {PROBE_LIMIT_S:g} s.",
            "Look what else this machine does.",
        )
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0 and lines:
        return judge_probe(Probe(**json.loads(lines[-1])), is_shipped=not settings.model_dir)
    return judge_end(done.returncode, (lines or done.stderr.strip().splitlines() or [""])[-1])


def judge_end(code: int, last_words: str) -> Finding:
    """Why the process that should have read the form did not.

    Args:
        code: Its exit code; below zero, the signal that ended it.
        last_words: The last line that it wrote.
    """
    if code == -signal.SIGILL:
        return MODEL.failed(
            "reads",
            "The recogniser needs instructions that this processor does not have.",
            "Use the engine litert, or another machine.",
        )
    if code < 0:
        return MODEL.failed(
            "reads",
            f"The recogniser was ended by signal {-code} ({signal.Signals(-code).name}).",
            "Look whether there is enough memory.",
        )
    return MODEL.failed("reads", f"The recogniser cannot be used: {last_words}", GET_IT_AGAIN)
