"""Reads the characters in a photograph or scan of a person's own handwriting."""

from __future__ import annotations

import time
from dataclasses import dataclass

import cv2

from forms_app.reading.character_sets import CharacterSet
from forms_app.reading.sample_pictures import Picture
from forms_app.reading.sample_reading import SampleReading, read_sample
from forms_app.services.application import Application
from forms_app.services.images import intake_limits, scan_opener

_JPEG_QUALITY = 82


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What was found in a picture.

    `sample` has boxes in pixels of the upright file, `size_px` is its width and height; `shown` is
    the picture as JPEG, smaller where it is large; `pages` counts the file's, of which the first
    was read.
    """

    sample: SampleReading
    size_px: tuple[int, int]
    shown: bytes
    pages: int
    elapsed_ms: float


def read_picture(
    app: Application, data: bytes, source: str, characters: CharacterSet
) -> PictureReading:
    """Find and read the characters on the first page of a file.

    Args:
        data: the file's bytes.
        source: its name, for messages.
        characters: what may be answered.

    Raises:
        IntakeError: the file cannot be read; the subclass tells why.
        ModelError: the recogniser cannot be loaded.
    """
    classifier = app.live_classifier()
    begun = time.perf_counter()
    picture = scan_opener(app.settings).open_picture(data, source, intake_limits(app.settings))
    sample = read_sample(picture, classifier, characters)
    elapsed_ms = 1000 * (time.perf_counter() - begun)
    return PictureReading(sample, picture.size_px, _as_jpeg(picture), picture.pages, elapsed_ms)


def _as_jpeg(picture: Picture) -> bytes:
    bgr = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2BGR)
    _, buffer = cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))
    return buffer.tobytes()
