"""How long the server takes for each update while someone writes on the page.

Writes UNIPEN characters stroke by stroke and sends everything written so far after each stroke, as
the page does, through the whole web application in this process: JSON in, JSON out.

Run: python -m benchmarks.live_drawing [--strokes FILE.jsonl.gz] [--texts 20] [--seed 1]
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from flask.testing import FlaskClient

import migrations
from benchmarks.own_people import StrokePeople, StrokeWriter
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services.drawing import comb_surface
from forms_app.web import create_app

STROKES = Path(__file__).resolve().parents[2] / "shared/data/unipen_train_strokes.jsonl.gz"
CELLS, LINE_LENGTH, LINE_WIDTH_PX = 10, 12, 1200
Strokes = list[list[list[float]]]


def comb_strokes(writer: StrokeWriter, text: str, rng: np.random.Generator) -> Strokes:
    """Each character in its cell."""
    strokes: Strokes = []
    for character, cell in zip(text, comb_surface(CELLS).cells, strict=True):
        strokes += placed(writer.strokes(character, rng), cell.x + 20, cell.y + 16, 62)
    return strokes


def line_strokes(writer: StrokeWriter, text: str, rng: np.random.Generator) -> Strokes:
    """Side by side."""
    strokes: Strokes = []
    for i, character in enumerate(text):
        strokes += placed(writer.strokes(character, rng), 30 + 95 * i, 50, 85)
    return strokes


def placed(strokes: list[Any], x: float, y: float, height: float) -> Strokes:
    """The strokes at a place, this high."""
    every = np.vstack([np.array(s, float) for s in strokes])
    low, size = every.min(0), np.ptp(every, axis=0)
    scale = height / max(size[1], size[0], 1.0)
    return [
        [[round(x + (px - low[0]) * scale, 1), round(y + (py - low[1]) * scale, 1), 0.5]
         for px, py in stroke]
        for stroke in strokes
    ]  # fmt: skip


def updates_ms(
    client: FlaskClient, token: str, body: dict[str, Any], strokes: Strokes
) -> list[float]:
    """Milliseconds of the request after each stroke."""
    times = []
    for count in range(1, len(strokes) + 1):
        begun, worked = time.perf_counter(), time.process_time()
        answer = client.post(
            "/draw/reading",
            json=body | {"strokes": strokes[:count]},
            headers={"X-CSRFToken": token, "X-Requested-With": "fetch"},
        )
        spent = time.process_time() - worked
        times.append((1000 * spent, 1000 * (time.perf_counter() - begun)))
        if answer.status_code != 200:
            raise RuntimeError(answer.text)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=Path, default=STROKES)
    parser.add_argument("--texts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    people = StrokePeople(options.strokes)
    with tempfile.TemporaryDirectory() as folder:
        application = bootstrap(load_settings({}, data_dir=Path(folder)))
        migrations.upgrade(application.engine)
        client = create_app(application).test_client()
        found = re.search(r'csrf-token" content="([^"]+)"', client.get("/draw/").text)
        assert found is not None
        token = found[1]
        begun = time.perf_counter()
        updates_ms(client, token, {"surface": "comb", "cells": 1, "characters": "all"}, [[[9, 9]]])
        first_ms = 1000 * (time.perf_counter() - begun)
        combs, lines = [], []
        comb = {"surface": "comb", "cells": CELLS, "characters": "digits"}
        line = {"surface": "line", "width": LINE_WIDTH_PX, "characters": "alnum"}
        for _ in range(options.texts):
            writer = people.pick_for("0123456789", rng)
            text = "".join(rng.choice(list("0123456789"), CELLS))
            combs += updates_ms(client, token, comb, comb_strokes(writer, text, rng))
            text = "".join(rng.choice(list("0123456789"), LINE_LENGTH))
            lines += updates_ms(client, token, line, line_strokes(writer, text, rng))
        application.close()
    today = datetime.datetime.now(datetime.UTC).date()
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{today}, {platform.machine()}, {cores}, seed {options.seed}")
    print(f"first request, recogniser loaded: {first_ms:.0f} ms\n")
    print("| surface | updates | processor: median | 95 % | slowest | wall clock: median | 95 % |")
    print("|---|---|---|---|---|---|---|")
    for name, times in (("boxes", combs), ("free line", lines)):
        spent, waited = np.array(times).T
        figures = (*np.percentile(spent, [50, 95, 100]), *np.percentile(waited, [50, 95]))
        print(f"| {name} | {len(times)} | " + " | ".join(f"{v:.0f} ms" for v in figures) + " |")


if __name__ == "__main__":
    main()
