"""What runs the recogniser: the setting `engine`, TensorFlow, and GPUs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from forms_app.config import Settings
from forms_app.doctor.findings import Finding, Group
from forms_app.reading.classifier import gpu_present

GPU = Group("gpu")
SMI_LIMIT_S = 10.0
TENSORFLOW_LIMIT_S = 60.0
LEAST_FREE_MB = 1000
INSTALL_GPU = "pip install 'fieldhand[gpu]'"
COUNT_GPUS = "import tensorflow; print('GPUs', len(tensorflow.config.list_physical_devices('GPU')))"


@dataclass(frozen=True, slots=True)
class Card:
    """A GPU as its driver names it; memory in MB."""

    name: str
    driver: str
    total_mb: int
    free_mb: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is: `tensorflow` is its version, empty where it is not installed; `seen` how many
    GPUs TensorFlow sees, None where it was not asked or did not answer."""

    is_gpu_present: bool
    tensorflow: str
    seen: int | None


def check_engine(settings: Settings) -> Iterator[Finding]:
    """Asks TensorFlow, which takes seconds, only where there is a GPU for it."""
    is_present, tensorflow = gpu_present(), _version_of("tensorflow")
    asked = is_present and tensorflow and settings.engine != "litert"
    seen = _seen_by_tensorflow() if asked else None
    yield judge_engine(settings.engine, Machine(is_present, tensorflow, seen))
    if is_present:
        yield from _cards()


def check_engine_installed(settings: Settings) -> Iterator[Finding]:
    """As `check_engine`, from what is installed alone."""
    yield judge_engine(settings.engine, Machine(gpu_present(), _version_of("tensorflow"), None))


def judge_engine(engine: str, machine: Machine) -> Finding:
    """Whether the setting can be met, and whether something better is there."""
    if engine == "litert":
        return GPU.ok("engine", "Characters are recognised on the CPU, as the setting engine says.")
    if not machine.tensorflow:
        return _without_tensorflow(engine, machine.is_gpu_present)
    if machine.seen:
        number = f"{machine.seen} GPU{'s' if machine.seen > 1 else ''}"
        return GPU.ok("engine", f"TensorFlow {machine.tensorflow} sees {number}.")
    if machine.is_gpu_present:
        return GPU.warning(
            "engine",
            f"There is a GPU, and TensorFlow {machine.tensorflow} does not see it.",
            f"Install the libraries for it: {INSTALL_GPU}; and look at its driver.",
        )
    if engine == "keras":
        return GPU.warning(
            "engine",
            f"There is no GPU, and TensorFlow {machine.tensorflow} is slow without one.",
            "Set engine to auto or litert.",
        )
    return GPU.ok("engine", "There is no GPU; characters are recognised on the CPU.")


def parse_cards(told: str) -> tuple[Card, ...]:
    """What `nvidia-smi` tells, a card a line: name, driver, memory in all, free memory."""
    rows = [[cell.strip() for cell in line.split(",")] for line in told.splitlines()]
    return tuple(
        Card(row[0], row[1], int(row[2]), int(row[3]))
        for row in rows
        if len(row) == 4 and row[2].isdigit() and row[3].isdigit()
    )


def judge_card(card: Card) -> Finding:
    """Whether there is memory left on it."""
    said = f"{card.name}, driver {card.driver}, {card.free_mb:,} of {card.total_mb:,} MB free."
    if card.free_mb >= LEAST_FREE_MB:
        return GPU.ok("memory", said)
    return GPU.warning(
        "memory", said, "Something else takes its memory: one worker a GPU, with one process."
    )


def _without_tensorflow(engine: str, is_gpu_present: bool) -> Finding:
    if engine == "keras":
        package = INSTALL_GPU if is_gpu_present else "pip install 'fieldhand[train]'"
        return GPU.failed(
            "engine",
            "The setting engine is keras, and TensorFlow is not installed.",
            f"Install it ({package}), or set engine to auto or litert.",
        )
    if is_gpu_present:
        return GPU.warning(
            "engine",
            "There is a GPU, and TensorFlow is not installed: it is not used.",
            f"Install it ({INSTALL_GPU}), or set engine to litert.",
        )
    return GPU.ok("engine", "There is no GPU; characters are recognised on the CPU.")


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _seen_by_tensorflow() -> int | None:
    # In a process of its own: TensorFlow takes memory of the GPU for as long as its process lives.
    told = _told([sys.executable, "-P", "-c", COUNT_GPUS], TENSORFLOW_LIMIT_S)
    counts = [line.split()[1] for line in told.splitlines() if line.startswith("GPUs ")]
    return int(counts[0]) if counts else None


def _cards() -> Iterator[Finding]:
    query = ["--query-gpu=name,driver_version,memory.total,memory.free"]
    program = shutil.which("nvidia-smi")
    cards = (
        parse_cards(_told([program, *query, "--format=csv,noheader,nounits"], SMI_LIMIT_S))
        if program
        else ()
    )
    if not cards:
        yield GPU.warning(
            "driver",
            "nvidia-smi does not tell of the GPU.",
            "Install NVIDIA's driver; in a container, its container toolkit.",
        )
    for card in cards:
        yield judge_card(card)


def _told(command: list[str], limit_s: float) -> str:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
