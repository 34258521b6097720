"""Generates the model card; nothing in it is written by hand."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import string
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.model_card import CARD_FORMAT, CARD_NAME
from forms_app.training.config import TrainingConfig
from forms_app.training.evaluate import Evaluation, evaluate_set
from forms_app.training.evaluation_data import EvaluationSet, load_evaluation_set
from forms_app.training.mnist_alone import mnist_test_file
from forms_app.training.sample_sets import TrainingData, load_arrays
from forms_app.training.scenes import make_drawer
from forms_app.training.sources import CHARS74K_VALIDATION

SOURCES = {
    "emnist": {
        "name": "EMNIST (parts of ByMerge test, Letters, Balanced, Digits without the images of "
        "ByClass test)",
        "cite": "G. Cohen, S. Afshar, J. Tapson, A. van Schaik: EMNIST: an extension of MNIST to "
        "handwritten letters. arXiv:1702.05373 (2017), from NIST Special Database 19",
        "licence": "US government work",
    },
    "mnist": {
        "name": "MNIST train; beside EMNIST, less the images whose twin is in EMNIST ByClass test",
        "cite": "Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten digits",
        "licence": "CC BY-SA 3.0",
    },
    "unipen": {
        "name": "UNIPEN train_r01_v07, isolated characters and symbols, redrawn from pen strokes",
        "cite": "I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet: UNIPEN project of "
        "on-line data exchange and recognizer benchmarks. ICPR 1994; Zenodo 1195803",
        "licence": "CC BY 4.0",
    },
    "chars74k": {
        "name": "Chars74K tablet characters, writers 0-34 (35-39 for calibration)",
        "cite": "T. de Campos, B. Babu, M. Varma: Character recognition in natural images. "
        "VISAPP 2009",
        "licence": "free for research and any use with citation, by its authors' page",
    },
    "fonts": {
        "name": "22 handwriting fonts (@fontsource 5.3.0), drawn characters",
        "cite": "authors named in each font's licence file",
        "licence": "OFL-1.1 and Apache-2.0",
    },
}
"""What the card says of each source that a run may take."""
_REJECTS = 3_000


@dataclass(frozen=True)
class CardFacts:
    """What the export knows of a model; the rest of the card is measured."""

    name: str
    config: TrainingConfig
    sources: tuple[str, ...]
    parameters: int
    multiply_adds: int
    files: dict[str, str]
    temperatures: dict[str, float]
    calibration_error: dict[str, dict[str, float]]


def write_card(out: Path, facts: CardFacts, figures: list[dict[str, Any]]) -> None:
    """Writes `model_card.json` for the files in `out`."""
    card = {
        "format": CARD_FORMAT,
        "name": facts.name,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "characters": facts.config.characters,
        "reject": "the last class: smudges, line remains, several characters, struck-out ones",
        "input": {"shape": [28, 28], "dtype": "uint8", "framing": "frame_glyph (EMNIST)"},
        "parameters": facts.parameters,
        "multiply_adds": facts.multiply_adds,
        "engines": {
            engine: _engine(out / file, facts.temperatures[engine])
            for engine, file in facts.files.items()
        },
        "calibration": {
            "method": "one temperature per engine, least negative log-likelihood over "
            "writer-disjoint validation domains of equal weight",
            "expected_calibration_error_ignoring_case": facts.calibration_error,
        },
        "figures": figures,
        "training": {
            "command": "fieldhand train --config forms_app/models/training.toml",
            "config": _without_paths(facts.config),
            "libraries": {lib: version(lib) for lib in ("tensorflow", "keras", "numpy")},
            "machine": f"{platform.machine()}, CPU",
        },
        "data": [entry for name, entry in SOURCES.items() if name in facts.sources],
        "never_used_for_training": [
            "EMNIST ByClass test",
            "CROHME",
            "Chars74K writers 40-54",
            "MNIST test",
        ],
    }
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (out / CARD_NAME).write_text(text + "\n", encoding="utf-8")


def _engine(path: Path, temperature: float) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "file": path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "temperature": round(temperature, 4),
    }


def _without_paths(config: TrainingConfig) -> dict[str, Any]:
    kept = config.as_json()
    if config.begin_from is not None:
        kept["begin_from"] = config.begin_from.name
    return {key: value for key, value in kept.items() if key not in ("data", "out", "resume")}


def figures_of(
    model: Path,
    config: TrainingConfig,
    data: TrainingData,
    progress: Callable[[str], None] = print,
) -> list[dict[str, Any]]:
    """Measures the exported model (LiteRT) on every test set found in the data folder."""
    classifier = load_classifier("litert", model)
    figures = []
    for title, samples, charset in _tests(config.data, data):
        found = evaluate_set(samples, charset, classifier)
        figures.append(_figure(title, charset, found))
        progress(
            f"{title}, {charset or 'all'}: {100 * found.accuracy:.2f} % with case, "
            f"{100 * found.accuracy_ignoring_case:.2f} % ignoring case, n {found.n}"
        )
    return [*figures, _reject_figure(classifier, config, data, progress)]


def _tests(folder: Path, data: TrainingData) -> list[tuple[str, EvaluationSet, str | None]]:
    tests: list[tuple[str, EvaluationSet, str | None]] = []
    byclass = folder / "emnist_byclass_test.npz"
    if byclass.exists():
        samples = load_evaluation_set(byclass)
        tests += [
            ("EMNIST ByClass test", samples, charset)
            for charset in ("alnum", "digits", "upper", "lower", "letters")
        ]
    if (folder / "crohme_eval.npz").exists():
        tests.append(("CROHME", load_evaluation_set(folder / "crohme_eval.npz"), "alnum"))
    if (folder / "chars74k.npz").exists():
        tests.append(("Chars74K writers 40-54", _chars74k_test(folder / "chars74k.npz"), "alnum"))
    if "mnist" in data.holdouts:
        tests.append(("MNIST test", load_evaluation_set(mnist_test_file(folder)), "digits"))
    for name, title in (("unipen", "UNIPEN validation writers"), ("symbols", "UNIPEN symbols")):
        if name in data.holdouts:
            held = data.holdouts[name]
            samples = EvaluationSet(held.images, held.labels, held.case_known)
            charsets = ("alnum", "digits", "upper", "lower") if name == "unipen" else (None,)
            tests += [(title, samples, charset) for charset in charsets]
            if held.trusted is not None:
                sure = _subset(samples, held.trusted)
                tests += [(f"{title}, trusted labels", sure, charset) for charset in charsets]
    return tests


def _subset(samples: EvaluationSet, keep: NDArray[np.bool_]) -> EvaluationSet:
    return EvaluationSet(samples.images[keep], samples.labels[keep], samples.case_known[keep])


def _chars74k_test(path: Path) -> EvaluationSet:
    data = load_arrays(path)
    test = data["writer"].astype(int) >= CHARS74K_VALIDATION.stop
    labels = data["labels"][test].astype(str)
    return EvaluationSet(data["images"][test].astype(np.uint8), labels, np.ones(len(labels), bool))


def _figure(title: str, charset: str | None, found: Evaluation) -> dict[str, Any]:
    return {
        "data": title,
        "charset": charset or "all",
        "n": found.n,
        "accuracy": round(found.accuracy, 5),
        "interval95": [round(v, 5) for v in found.interval95],
        "accuracy_ignoring_case": round(found.accuracy_ignoring_case, 5),
        "interval95_ignoring_case": [round(v, 5) for v in found.interval95_ignoring_case],
    }


def _reject_figure(
    classifier: Classifier,
    config: TrainingConfig,
    data: TrainingData,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Shares of drawn non-characters found, and of real characters wrongly rejected."""
    drawer = make_drawer(data, config.seed + 2)
    drawn = np.stack([drawer.reject() for _ in range(_REJECTS)])
    reject = classifier.charset.reject_index
    found = float((classifier.classify(drawn).argmax(1) == reject).mean())
    lost = {}
    for name, held in data.holdouts.items():
        keep = np.isin(held.labels, list(string.ascii_letters + string.digits))
        if keep.any():
            answers = classifier.classify(held.images[keep]).argmax(1)
            lost[name] = round(float((answers == reject).mean()), 5)
    progress(f"rejects found {100 * found:.2f} %, characters rejected {lost}")
    return {
        "data": "drawn non-characters (seeded)",
        "n": _REJECTS,
        "rejects_found": round(found, 5),
        "characters_rejected": lost,
    }
