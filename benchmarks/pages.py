"""Pages per second per core through the reading path, and where the time goes.

Draws filled A4 forms at 300 dpi with about 60 fields, then reads them from their JPEG bytes in one
process on one core, stage by stage.

Run: python -m benchmarks.pages [--pages 12] [--engine litert] [--batch 8]
"""

from __future__ import annotations

import argparse
import io
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import cv2
from PIL import Image

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import load_classifier
from forms_app.reading.cropping import crop_field
from forms_app.reading.errors import PageError
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormTemplate
from forms_app.reading.intake import open_page
from forms_app.reading.pipeline import CutField, classify, judge_page
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.segmentation import segment
from forms_app.reading.tones import tone_curve
from forms_app.reading.types import AlignedPage, GreyImage
from forms_app.training.synthesis.blank_forms import Entry, Heading, Row, draw_blank_form
from forms_app.training.synthesis.generate import generate_submissions
from forms_app.training.synthesis.handwriting import load_hands

SEED = 60
ROW_COUNT = 15
YES_NO = (("yes", "yes"), ("no", "no"), ("unknown", "not known"))


def sixty_fields() -> list[Row]:
    """Fifteen rows of four fields: names, dates, numbers, choices, marks and a free line."""
    upper = Constraints(case=Case.UPPER)
    rows: list[Row] = []
    for i in range(1, ROW_COUNT + 1):
        if i % 4 == 1:
            rows.append(Heading(f"Part {i // 4 + 1}: please answer every question in capitals"))
        first = (
            Entry(f"name_{i}", f"Name {i}", FieldKind.LETTERS, 12, constraints=upper)
            if i % 3
            else Entry(f"line_{i}", f"Amount {i}", FieldKind.DIGITS, width_px=744)
        )
        born = Constraints(format="DDMMYYYY")
        rows.append(
            (
                first,
                Entry(f"date_{i}", "Date of birth", FieldKind.DATE, 8, constraints=born),
                Entry(f"code_{i}", "Code as printed", FieldKind.DIGITS, 6),
                Entry(f"choice_{i}", "Answer", FieldKind.CHOICE, options=YES_NO[: 2 + i % 2]),
            )
        )
    return rows


class Stopwatch:
    """Adds up the processor seconds of each stage, so that other work does not count."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def time(self, stage: str, call: Callable[..., Any], *args: Any) -> Any:
        begun = time.process_time()
        result = call(*args)
        self.seconds[stage] += time.process_time() - begun
        return result


def cut_timed(
    watch: Stopwatch, page: AlignedPage, template: FormTemplate, reference: PageReference
) -> list[CutField]:
    """As `pipeline.cut_page`, cropping and segmentation timed apart."""
    cut = []
    curve = watch.time("crop", tone_curve, page.grey, reference.grey)
    for field in template.fields_on(page.template_page):
        crop = watch.time("crop", crop_field, page, reference, field, curve)
        glyphs = watch.time("segment", segment, crop, field) if field.is_written else None
        cut.append(CutField(field, crop, glyphs, page.residual_px))
    return cut


def as_jpeg(page: GreyImage) -> bytes:
    """The page as scanners send it: JPEG, quality 85, 300 dpi."""
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "JPEG", quality=85, dpi=(300, 300))
    return buffer.getvalue()


def main() -> None:
    options = _options()
    cv2.setNumThreads(1)
    blank, template = draw_blank_form("Sixty fields", "For timing", sixty_fields())
    files = [
        as_jpeg(s.pages[0])
        for s in generate_submissions(
            template, [blank], options.pages, load_hands(None), seed=SEED, profile="office"
        )
    ]
    reference = prepare_reference(1, blank)
    classifier = load_classifier(options.engine, num_threads=1)
    watch, glyphs, refused = Stopwatch(), 0, 0
    for start in range(0, len(files), options.batch):
        cuts = []
        for data in files[start : start + options.batch]:
            scan = watch.time("decode image", open_page, data, "page", 1)
            try:
                page = watch.time(
                    "align", align_onto_template, scan.grey, [reference], template.fields
                )
            except PageError as error:
                refused += 1
                print(f"refused: {error.message}")
                continue
            cuts.append(cut_timed(watch, page, template, reference))
        found = watch.time("classify", classify, cuts, classifier)
        for cut, rows in zip(cuts, found, strict=True):
            watch.time(
                "decode and judge", judge_page, cut, rows, classifier.charset, ReviewPolicy()
            )
            glyphs += sum(len(part) for part in rows)
    report(watch, len(files) - refused, len(template.fields), glyphs)


def report(watch: Stopwatch, pages: int, fields: int, glyphs: int) -> None:
    total = sum(watch.seconds.values())
    print(f"{pages} pages, {fields} fields and {glyphs / pages:.0f} glyphs each, one core")
    for stage, seconds in watch.seconds.items():
        print(f"  {stage:17s}{1000 * seconds / pages:8.1f} ms  {seconds / total:5.0%}")
    print(f"  {'total':17s}{1000 * total / pages:8.1f} ms")
    print(f"{pages / total:.2f} pages per second per core")
    print(f"{total / watch.seconds['decode image']:.1f} times the time to decode the image")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--engine", default="litert")
    return parser.parse_args()


if __name__ == "__main__":
    main()
