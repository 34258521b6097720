"""Keeps pictures of wrongly read fields for developers to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from forms_app.reading.cropping import crop_field
from forms_app.reading.form_template import FormField
from forms_app.reading.registration import PageReference
from forms_app.reading.tones import tone_curve
from forms_app.reading.types import AlignedPage
from forms_app.training.field_results import FieldResult


def keep_failures(
    folder: Path,
    results: Sequence[FieldResult],
    page: AlignedPage,
    reference: PageReference,
    fields: Sequence[FormField],
) -> None:
    """Saves each wrong field as `CLASS/SUBMISSION-NAME-TRUTH-READ.png`, with its result as .json.

    The picture shows the crop as scanned above the ink that was left of it.
    """
    curve = tone_curve(page.grey, reference.grey)
    for field, result in zip(fields, results, strict=True):
        if result.is_right:
            continue
        crop = crop_field(page, reference, field, curve)
        picture = np.vstack([crop.grey, 255 - crop.ink])
        truth, value = (_plain(v) for v in (result.truth, result.value or result.outcome))
        stem = f"{result.submission:04d}-{field.name}-{truth}-{value}"
        place = folder / result.field_class
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(place / f"{stem}.png")
        text = json.dumps(result.as_json(), indent=1, ensure_ascii=False)
        (place / f"{stem}.json").write_text(text + "\n", "utf-8")


def _plain(value: object) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "_", str(value))[:40]
