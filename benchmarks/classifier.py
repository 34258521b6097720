"""Glyphs per second and cold start of each engine; with --figures the model card's table.

Run: python -m benchmarks.classifier [--engine litert|keras] [--glyphs N] [--figures]
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Any

import numpy as np

from forms_app.reading.classifier import default_model_directory, load_classifier
from forms_app.reading.model_card import read_card

_COLD = """
import time
start = time.perf_counter()
import numpy as np
imported = time.perf_counter()
from forms_app.reading.classifier import load_classifier
load_classifier({engine!r}).classify(np.zeros((1, 28, 28), np.uint8))
print(time.perf_counter() - imported, imported - start)
"""


def cold_start_s(engine: str, repeats: int = 5) -> float:
    """Least time in a fresh interpreter from NumPy imported to the first glyph read."""
    times = []
    for _ in range(repeats):
        run = subprocess.run(
            [sys.executable, "-c", _COLD.format(engine=engine)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        times.append(float(run.stdout.split()[0]))
    return min(times)


def glyphs_per_second(engine: str, threads: int, count: int, repeats: int = 30) -> float:
    """Best rate of many short passes: what the machine can do between its other work."""
    glyphs = np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    classifier = load_classifier(engine, num_threads=threads)
    classifier.classify(glyphs[:256])
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        classifier.classify(glyphs)
        best = min(best, time.perf_counter() - start)
    return count / best


def print_figures() -> None:
    """The model card's figures as a Markdown table."""
    print("| data | answers | n | with case | 95 % interval | ignoring case | 95 % interval |")
    print("|---|---|---|---|---|---|---|")
    for figure in read_card(default_model_directory()).raw["figures"]:
        if "accuracy" in figure:
            print(_row(figure))


def _row(figure: dict[str, Any]) -> str:
    def share(name: str) -> str:
        return f"{100 * figure[name]:.2f} %"

    def interval(name: str) -> str:
        low, high = figure[name]
        return f"{100 * low:.2f}–{100 * high:.2f}"

    cells = [
        figure["data"], figure["charset"], f"{figure['n']:,}", share("accuracy"),
        interval("interval95"), share("accuracy_ignoring_case"),
        interval("interval95_ignoring_case"),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["litert", "keras"], action="append")
    parser.add_argument("--glyphs", type=int, default=1_000)
    parser.add_argument("--figures", action="store_true")
    options = parser.parse_args()
    if options.figures:
        print_figures()
        return
    installed = ["litert", "keras"] if find_spec("tensorflow") else ["litert"]
    card = read_card(default_model_directory())
    today = datetime.datetime.now(datetime.UTC).date()
    load = os.getloadavg()[0]
    print(f"{card.name}, {today}, {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}")
    for engine in options.engine or installed:
        print(f"{engine}: cold start {cold_start_s(engine):.3f} s")
        for threads in (1, 2) if engine == "litert" else (0,):
            rate = glyphs_per_second(engine, threads, options.glyphs)
            label = f"{threads} thread{'s' * (threads > 1)}" if threads else "all cores"
            print(f"{engine}, {label}: {rate:,.0f} glyphs/s")


if __name__ == "__main__":
    main()
