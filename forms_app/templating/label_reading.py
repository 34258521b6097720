"""What printed lines say: from a PDF's own text, or by text recognition where it is installed."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.pdf_words import PrintedWord
from forms_app.templating.blank_ink import BlankPage

# For messages: works on an installed Fieldhand wherever it came from.
INSTALL_COMMAND = "pip install 'fieldhand[detect]'"
_MARGIN_PX = 4
_HEIGHT_PX = 48
_LEAST_SURE = 0.5
_ocr_lock = threading.Lock()


class LabelReader(Protocol):
    """Reads printed lines of a blank."""

    def read(self, page: BlankPage, boxes: Sequence[Box]) -> list[str]:
        """The text in each box of the working page, "" where there is none."""


@dataclass(frozen=True, slots=True)
class NoReader:
    """Where nothing can read: fields get numbers for names."""

    def read(self, page: BlankPage, boxes: Sequence[Box]) -> list[str]:
        return [""] * len(boxes)


@dataclass(frozen=True, slots=True)
class PdfTextReader:
    """Words that a PDF tells itself, in pixels of the page that was given."""

    words: tuple[PrintedWord, ...]

    def read(self, page: BlankPage, boxes: Sequence[Box]) -> list[str]:
        return [self._within(page.given(box.expanded(2))) for box in boxes]

    def _within(self, box: Box) -> str:
        inside = [w for w in self.words if _holds(box, w.box)]
        return " ".join(w.text for w in sorted(inside, key=lambda w: w.box.x))


@dataclass(frozen=True)
class OcrReader:
    """The recogniser of `rapidocr` (PP-OCR), whose wheel holds its weights: extra `detect`."""

    def read(self, page: BlankPage, boxes: Sequence[Box]) -> list[str]:
        if not boxes:
            return []
        from rapidocr.ch_ppocr_rec import TextRecInput

        crops = [_crop(page, box) for box in boxes]
        with _ocr_lock:
            found = _recogniser()(TextRecInput(img=crops))
        return [
            text if score >= _LEAST_SURE else ""
            for text, score in zip(found.txts, found.scores, strict=True)
        ]


def best_reader(words: Sequence[PrintedWord]) -> LabelReader:
    """The page's own text where it has any, else text recognition, else none."""
    if words:
        return PdfTextReader(tuple(words))
    return OcrReader() if ocr_is_installed() else NoReader()


def ocr_is_installed() -> bool:
    """Whether the extra `detect` is there."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def _holds(box: Box, word: Box) -> bool:
    x, y = word.centre
    return box.x <= x <= box.right and box.y <= y <= box.bottom


def _crop(page: BlankPage, box: Box) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rows, columns = box.expanded(_MARGIN_PX).clipped(*page.size).as_slices()
    crop = page.grey[rows, columns]
    scale = _HEIGHT_PX / crop.shape[0]
    sized = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(sized, cv2.COLOR_GRAY2BGR), np.uint8)


@lru_cache(maxsize=1)
def _recogniser() -> Any:
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={"Global.use_det": False, "Global.use_cls": False, "Global.log_level": "error"}
    )
    engine(np.full((48, 160, 3), 255, np.uint8))  # The recogniser is loaded with the first call.
    return engine.text_rec
