"""RapidOCR and Tesseract as readers of single field crops, restricted to a field's characters."""

from __future__ import annotations

import csv
import io
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT_PX = 64
"""Both engines work on lines of about this height; smaller crops are enlarged."""


@dataclass(frozen=True)
class PeerReading:
    """What an engine read, its own confidence 0..1, and the CPU time that it took."""

    text: str
    confidence: float
    ms: float


class RapidOcr:
    """The recognition model of RapidOCR's wheel (PP-OCRv6 small) on one crop at a time.

    Characters outside of the field's alphabet are masked before the CTC decoding.
    """

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        engine = RapidOCR(
            params={
                "Global.use_det": False,
                "Global.use_cls": False,
                "Global.log_level": "error",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
        # The recogniser is loaded with the first call.
        engine(np.full((48, 160, 3), 255, np.uint8))
        self._recogniser: Any = engine.text_rec
        self._decoder: Any = self._recogniser.postprocess_op

    def read(self, crops: Sequence[NDArray[np.uint8]], alphabet: str) -> list[PeerReading]:
        """One reading for each grey crop `(h, w)`, dark on light."""
        from rapidocr.ch_ppocr_rec import TextRecInput

        allowed = np.array([c == "blank" or c in alphabet for c in self._decoder.character])

        def masked(preds: NDArray[np.float32], *args: Any, **more: Any) -> Any:
            return self._decoder(np.where(allowed, preds, 0), *args, **more)

        readings = []
        self._recogniser.postprocess_op = masked
        try:
            for crop in crops:
                colour = cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR)
                begun = time.process_time()
                found = self._recogniser(TextRecInput(img=colour))
                ms = 1e3 * (time.process_time() - begun)
                readings.append(PeerReading(found.txts[0], float(found.scores[0]), ms))
        finally:
            self._recogniser.postprocess_op = self._decoder
        return readings


class Tesseract:
    """Tesseract 5, `--psm 7` (a single line) with a whitelist; one process for many crops."""

    @staticmethod
    def version() -> str:
        run = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True)
        return run.stdout.split("\n", 1)[0]

    def read(self, crops: Sequence[NDArray[np.uint8]], alphabet: str) -> list[PeerReading]:
        """One reading for each grey crop `(h, w)`, dark on light."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"{i}.png" for i in range(len(crops))]
            for path, crop in zip(paths, crops, strict=True):
                cv2.imwrite(str(path), _comfortable(crop))
            listing = Path(folder) / "list.txt"
            listing.write_text("\n".join(map(str, paths)) + "\n")
            before = _children_s()
            run = subprocess.run(
                ["tesseract", str(listing), "stdout", "--psm", "7",
                 "-c", f"tessedit_char_whitelist={alphabet}", "tsv"],
                capture_output=True, text=True, check=True,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            )  # fmt: skip
            ms = 1e3 * (_children_s() - before) / max(1, len(crops))
        return _from_tsv(run.stdout, len(crops), ms)


def _comfortable(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At least `HEIGHT_PX` high, with the white border that Tesseract asks for."""
    scale = max(1.0, HEIGHT_PX / crop.shape[0])
    large = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    border = cv2.copyMakeBorder(large, 10, 10, 10, 10, cv2.BORDER_CONSTANT, value=(255,))
    return np.asarray(border, np.uint8)


def _from_tsv(text: str, count: int, ms: float) -> list[PeerReading]:
    """Words of each page put together; the confidence is their mean, weighted by length."""
    words: list[list[tuple[str, float]]] = [[] for _ in range(count)]
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"] and row["text"].strip():
            words[int(row["page_num"]) - 1].append((row["text"], float(row["conf"])))
    readings = []
    for found in words:
        length = sum(len(word) for word, _ in found)
        weighted = sum(len(word) * conf for word, conf in found)
        confidence = max(0.0, weighted / length / 100) if length else 0.0
        readings.append(PeerReading(" ".join(word for word, _ in found), confidence, ms))
    return readings


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
