"""What one training run is: every knob in one frozen dataclass, readable from TOML or JSON."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms_app.errors import FieldhandError

LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUNCTUATION = ".,-/:;'\"()+=#&%$€?!*_@"
CHARACTERS = LETTERS_AND_DIGITS + PUNCTUATION


@dataclass(frozen=True)
class Mixture:
    """How many samples of each source make one epoch; `forms` needs `TrainingConfig.forms`."""

    emnist: int = 123_000
    mnist: int = 24_000
    unipen: int = 66_000
    chars74k: int = 8_000
    symbols: int = 10_000
    fonts: int = 9_000
    continental: int = 4_000
    rejects: int = 14_000
    forms: int = 0

    @property
    def total(self) -> int:
        """Samples in one epoch."""
        return sum(dataclasses.astuple(self))


@dataclass(frozen=True)
class TrainingConfig:
    """One run: data, budget, optimiser, network.

    Attributes:
        data: folder with the data sets named in `datasets.py`.
        out: folder for checkpoints, logs and the exported model.
        epochs: epochs of `mixture.total` samples.
        minutes: optional time budget; the cosine schedule then ends at whichever comes first.
        widths: channels at 28, 14, 7 and 4 pixels.
        blocks: residual blocks at 14 and at 7 pixels.
        begin_from: a trained `.keras` file whose weights the network begins with: the shipped one
            to go on with other data, or a shallower one.
        forms: forms to draw, fill and cut before the first epoch (`form_glyphs`); kept in `out`.
        smoothing: label smoothing, the weight of the uniform part.
        resume: continue from the last checkpoint in `out`.
        steps_per_epoch: overrides the mixture's size (for tests).
    """

    data: Path = Path("../shared/data")
    out: Path = Path("training-run")
    epochs: int = 12
    minutes: float | None = None
    batch_size: int = 256
    learning_rate: float = 2.5e-3
    warmup_steps: int = 400
    weight_decay: float = 0.02
    smoothing: float = 0.02
    dropout: float = 0.3
    ema_momentum: float = 0.998
    widths: tuple[int, int, int, int] = (24, 48, 96, 160)
    blocks: tuple[int, int] = (1, 2)
    begin_from: Path | None = None
    forms: int = 0
    seed: int = 20261123
    resume: bool = False
    steps_per_epoch: int | None = None
    characters: str = CHARACTERS
    mixture: Mixture = field(default_factory=Mixture)

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the model card and the checkpoint."""
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in dataclasses.asdict(self).items()
        }


def load_config(path: Path, **overrides: Any) -> TrainingConfig:
    """Reads a configuration file.

    Args:
        path: TOML (`.toml`) or JSON; keys are those of `TrainingConfig`, `mixture` a table.
        overrides: values that win over the file; `None` means not given.

    Raises:
        FieldhandError: unreadable file or unknown key, named in the message.
    """
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        raise FieldhandError(f"training configuration {path}: {error}") from error
    return config_from(values, **overrides)


def config_from(values: dict[str, Any], **overrides: Any) -> TrainingConfig:
    """Builds a configuration from plain values; unknown keys are an error that names them."""
    merged = dict(values) | {key: value for key, value in overrides.items() if value is not None}
    _refuse_unknown(merged, TrainingConfig, "")
    if isinstance(merged.get("mixture"), dict):
        _refuse_unknown(merged["mixture"], Mixture, "mixture.")
        merged["mixture"] = Mixture(**merged["mixture"])
    for name in ("data", "out", "begin_from"):
        if merged.get(name) is not None:
            merged[name] = Path(merged[name])
    for name in ("widths", "blocks"):
        if name in merged:
            merged[name] = tuple(merged[name])
    return TrainingConfig(**merged)


def _refuse_unknown(values: dict[str, Any], kind: type, prefix: str) -> None:
    known = {item.name for item in dataclasses.fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        names = ", ".join(prefix + name for name in unknown)
        raise FieldhandError(f"training configuration: unknown key {names}")
