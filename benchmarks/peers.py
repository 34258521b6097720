"""RapidOCR (PP-OCRv6 small) and Tesseract 5 beside Fieldhand, on the same field crops.

Written fields of the field benchmark and of the two real forms are cut once; every engine reads
the same crops, restricted to the field's characters, as scanned and with the print removed by
Fieldhand. Fieldhand reads them with the field's rules, and once more with its characters alone,
as the others do. Spaces are ignored.

Run: python -m benchmarks.peers [--each 300] [--set bench] [--write docs/peers.md]
Needs: pip install -e '.[peers]' and apt-get install tesseract-ocr
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_engines import PeerReading, RapidOcr, Tesseract
from benchmarks.peer_tables import Item, Score, tables
from benchmarks.real_forms import real_forms
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.constraints import normalise
from forms_app.reading.cropping import crop_field
from forms_app.reading.errors import PageError
from forms_app.reading.form_template import Constraints, FieldKind, FormField, FormTemplate, Layout
from forms_app.reading.intake import open_pages
from forms_app.reading.page_limits import IntakeLimits
from forms_app.reading.pipeline import read_crop
from forms_app.reading.registration import PageReference
from forms_app.reading.tones import tone_curve
from forms_app.reading.types import FieldCrop, Outcome
from forms_app.templating.blanks import load_references
from forms_app.templating.template_file import load_template
from forms_app.training.field_benchmark import fill_form, layout_of
from forms_app.training.field_results import edits
from forms_app.training.filled_forms import load_truth
from forms_app.training.synthesis.field_classes import CLASSES, class_of
from forms_app.training.synthesis.people import BenchmarkSet
from forms_app.training.synthesis.slips import is_blank

DATA = Path(__file__).parents[2] / "shared" / "data"
DIGITS, CAPITALS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS = {
    FieldKind.DIGITS: DIGITS,
    FieldKind.NUMBER: DIGITS + ".,-",
    FieldKind.DATE: DIGITS + "/.-",
    FieldKind.LETTERS: CAPITALS,
    FieldKind.TEXT: CAPITALS + DIGITS,
}
MARGIN = 0.12
"""Of the field's height, around it: what a person would cut out for an OCR engine."""


@dataclass(frozen=True)
class Engine:
    """One column of the comparison."""

    name: str
    read: Callable[[FormField, Sequence[FieldCrop]], list[PeerReading]]


def drawn_items(
    which: BenchmarkSet, each: int, layouts: Collection[Layout] = tuple(Layout)
) -> Iterator[Item]:
    """Unspoilt written fields of the benchmark, `each` of every class."""
    written = {name: c for name, c in CLASSES.items() if c.kind in ALPHABETS}
    wanted = {
        name: each
        for name, c in written.items()
        if (Layout.COMB if c.cells else Layout.LINE) in layouts
    }
    number = 0
    while any(wanted.values()):
        form = fill_form(which, DATA, number)
        layout, reference = layout_of(which, form.layout)
        number += 1
        for field, crop in _crops(form.data, layout.template, [reference]):
            sample, name = form.samples[field.name], class_of(field.name)
            if wanted.get(name) and not is_blank(sample) and not sample.slip:
                wanted[name] -= 1
                text = sample.text.replace(" ", "")
                yield Item(CLASSES[name].title, field, crop, str(sample.value), text)
        left = sum(wanted.values())
        print(f"\rdrawing: form {number}, {left} fields to go   ", end="", file=sys.stderr)
    print(file=sys.stderr)


def real_items(folder: Path) -> Iterator[Item]:
    """Written fields of the real forms; `folder` takes the blank that is made for one of them."""
    for form in real_forms(DATA / "forms", folder):
        template, truth = load_template(form.template), load_truth(form.truth)
        references = load_references(template, form.template.parent)
        for field, crop in _crops(form.scan.read_bytes(), template, references):
            value = truth.get(field.name, "")
            if field.kind in ALPHABETS and isinstance(value, str) and value:
                yield Item(f"real: {form.title}", field, crop, value, value.replace(" ", ""))


def _crops(
    data: bytes, template: FormTemplate, references: Sequence[PageReference]
) -> Iterator[tuple[FormField, FieldCrop]]:
    for source in open_pages(data, "form", IntakeLimits()):
        try:
            page = align_onto_template(source.grey, references, template.fields)
        except PageError:
            continue
        reference = next(r for r in references if r.number == page.template_page)
        curve = tone_curve(page.grey, reference.grey)
        for field in template.fields_on(page.template_page):
            yield field, crop_field(page, reference, field, curve)


def engines(classifier: Classifier) -> list[Engine]:
    """Fieldhand in both ways, then each peer on both kinds of crop."""
    rapid, tesseract = RapidOcr(), Tesseract()
    own = [
        Engine("Fieldhand", lambda f, crops: [_own(f, c, classifier) for c in crops]),
        Engine(
            "Fieldhand, characters only",
            lambda f, crops: [_own(_unruled(f), c, classifier) for c in crops],
        ),
    ]
    for name, peer in (("RapidOCR", rapid), ("Tesseract", tesseract)):
        for way, picture in (("as scanned", _as_scanned), ("print removed", _print_removed)):
            own.append(Engine(f"{name}, {way}", _peer(peer, picture)))
    return own


def _peer(
    peer: RapidOcr | Tesseract, picture: Callable[[FieldCrop], NDArray[np.uint8]]
) -> Callable[[FormField, Sequence[FieldCrop]], list[PeerReading]]:
    def read(field: FormField, crops: Sequence[FieldCrop]) -> list[PeerReading]:
        return peer.read([picture(crop) for crop in crops], ALPHABETS[field.kind])

    return read


def _own(field: FormField, crop: FieldCrop, classifier: Classifier) -> PeerReading:
    begun = time.process_time()
    reading = read_crop(field, crop, classifier)
    ms = 1e3 * (time.process_time() - begun)
    value = str(reading.value) if reading.outcome is Outcome.READ else ""
    return PeerReading(value, reading.confidence if value else 0.0, ms)


def _unruled(field: FormField) -> FormField:
    """The field with its alphabet alone; a date keeps its format, which is its spelling."""
    rules = field.constraints
    return replace(field, constraints=Constraints(case=rules.case, format=rules.format))


def _as_scanned(crop: FieldCrop) -> NDArray[np.uint8]:
    margin = MARGIN * crop.box.height
    rows, columns = _part(crop, margin)
    return np.ascontiguousarray(crop.grey[rows, columns])


def _print_removed(crop: FieldCrop) -> NDArray[np.uint8]:
    rows, columns = _part(crop, 2 * MARGIN * crop.box.height)
    return np.ascontiguousarray(255 - crop.ink[rows, columns])


def _part(crop: FieldCrop, margin: float) -> tuple[slice, slice]:
    height, width = crop.grey.shape
    return crop.box.expanded(margin).clipped(width, height).as_slices()


def score_all(items: Sequence[Item], contenders: Sequence[Engine]) -> list[Score]:
    """Every engine on every item; groups of one alphabet go to an engine together."""
    scores = []
    for engine in contenders:
        begun = time.monotonic()
        for group in dict.fromkeys((item.group, item.field.kind) for item in items):
            mine = [i for i in items if (i.group, i.field.kind) == group]
            # The rules differ from field to field on real forms; ours are read one by one.
            readings = (
                [engine.read(i.field, [i.crop])[0] for i in mine]
                if engine.name.startswith("Fieldhand")
                else engine.read(mine[0].field, [i.crop for i in mine])
            )
            scores += [_score(i, engine.name, r) for i, r in zip(mine, readings, strict=True)]
        print(f"{engine.name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return scores


def _score(item: Item, engine: str, reading: PeerReading) -> Score:
    compact = reading.text.replace(" ", "")
    value = normalise(item.field, compact).replace(" ", "")
    written = item.text
    if item.field.kind is FieldKind.DATE and engine.startswith("Fieldhand"):
        written = item.truth
    wrong = min(len(item.text), edits(written, compact))
    is_right = value == item.truth.replace(" ", "")
    return Score(item, engine, is_right, 0 if is_right else wrong, reading.confidence, reading.ms)


def main() -> None:
    options = _options()
    cv2.setNumThreads(1)
    classifier = load_classifier("litert", num_threads=1)
    contenders = engines(classifier)
    with tempfile.TemporaryDirectory() as folder:
        items = [*drawn_items(BenchmarkSet(options.which), options.each)]
        items += real_items(Path(folder))
    scores = score_all(items, contenders)
    today = datetime.datetime.now(datetime.UTC).date()
    about = (
        f"Set {options.which}, {options.each} fields a class, {today}, {platform.machine()},"
        f" {os.cpu_count()} cores, one thread each. Fieldhand model {classifier.model_id};"
        f" RapidOCR {version('rapidocr')} (PP-OCRv6 small, onnxruntime"
        f" {version('onnxruntime')}); {Tesseract.version()} (eng). In brackets the 95 % Wilson"
        " interval in per cent."
    )
    text = "\n".join([about, "", *tables(scores, [c.name for c in contenders])])
    print(text)
    if options.write:
        options.write.write_text(f"{HEAD}\n{text}\n", "utf-8")


HEAD = """# Beside its peers

Two engines that people would otherwise take, on the very crops that Fieldhand cuts:
[RapidOCR](https://github.com/RapidAI/RapidOCR) and
[Tesseract](https://github.com/tesseract-ocr/tesseract). Each reads a field's crop as one line,
restricted to the field's characters, once as scanned and once with the print of the form removed
by Fieldhand. "Fieldhand" reads with the field's rules (lists, patterns, check digits); "characters
only" knows what the others know. Spaces are ignored. Both peers are made for printed text first,
and neither knows where the cells are: what the comparison shows is what a form reader adds, not
which recogniser is better at what it was made for.

    pip install -e '.[peers]'; apt-get install tesseract-ocr
    python -m benchmarks.peers --write docs/peers.md

## Figures
"""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--each", type=int, default=300, help="fields of each class")
    parser.add_argument("--set", dest="which", choices=list(BenchmarkSet), default="bench")
    parser.add_argument("--write", type=Path, help="write the page with these figures here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
