"""Glyphs as forms deliver them: drawn forms of the training writers, cut by the reading pipeline.

What a recogniser sees in use is neither a data set's clean image nor a drawn scene: it has been
printed around, scanned, faxed or photographed, and freed of its form's lines. Here all of that has
happened to it, and what was written is known.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.errors import PageError
from forms_app.reading.form_template import Layout
from forms_app.reading.intake import open_page
from forms_app.reading.lattice import build_lattice
from forms_app.reading.pipeline import CutField, classify, cut_page
from forms_app.reading.types import InkState, LogProbabilities
from forms_app.training.sample_sets import Source, load_arrays
from forms_app.training.spelling import spelling_path
from forms_app.training.synthesis.people import HandSet
from forms_app.training.synthesis.slips import WRITTEN_SLIPS, Slip, is_blank
from forms_app.training.synthesis.values import SampledValue
from forms_app.training.targets import class_indices, same_shape_classes
from forms_app.training.varied_forms import fill_varied_form

FILE = "form-glyphs.npz"
HANDWRITING = (
    "emnist_train.npz",
    "unipen_train.npz",
    "unipen_train_strokes.jsonl.gz",
    "unipen_symbols.npz",
    "unipen_symbols_strokes.jsonl.gz",
    "chars74k_strokes.json.gz",
)
"""What people who fill drawn forms are made of."""
NO_CHARACTER = ""
"""Label of what segmentation found where nobody wrote, and of overwritten and struck characters."""
SPOILT_SHARE = 8
"""For so many forms one more is drawn whose writer slips often; numbered from `FIRST_SPOILT` on."""
FIRST_SPOILT = 1_000_000
SLIPS = {Slip.OVERWRITTEN: 0.5, Slip.STRUCK_CELL: 0.15}
LEAST_LIKELIHOOD = 0.35
"""Geometric mean of the characters' probabilities below which a line's cuts are not believed."""
RARENESS = 0.35
"""Power with which rare characters are drawn more often than they are written."""
_FLOOR = 1e-4
_CHUNK = 4
LabelledGlyphs = list[tuple[NDArray[np.uint8], str]]
"""(28, 28) uint8 glyphs with their characters."""


def missing_handwriting(data: Path) -> list[str]:
    """Names of the files without which no forms can be drawn."""
    return [name for name in HANDWRITING if not (data / name).exists()]


def draw_form_glyphs(
    data: Path, forms: int, workers: int, out: Path, progress: Callable[[str], None] = print
) -> Path:
    """Draws forms and keeps their glyphs in `out`, an `.npz` of `images` and `labels`.

    Raises:
        DatasetError: the handwriting is missing or damaged.
    """
    glyphs: LabelledGlyphs = []
    total = forms + forms // SPOILT_SHARE
    for number, found in enumerate(_every_form(data, forms, workers), start=1):
        glyphs += found
        if number % 50 == 0 or number == total:
            progress(f"{number} of {total} forms drawn and cut, {len(glyphs)} glyphs")
    part = out.with_name(f"part-{out.name}")
    np.savez_compressed(
        part, images=np.stack([image for image, _ in glyphs]), labels=[text for _, text in glyphs]
    )
    return part.replace(out)


def _every_form(data: Path, forms: int, workers: int) -> Iterator[LabelledGlyphs]:
    work = partial(glyphs_of_form, data)
    spoilt = range(FIRST_SPOILT, FIRST_SPOILT + forms // SPOILT_SHARE)
    numbers = [*range(forms), *spoilt]
    if workers == 1:
        yield from map(work, numbers)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, numbers, chunksize=_CHUNK)


def glyphs_of_form(data: Path, number: int) -> LabelledGlyphs:
    """The glyphs of one drawn form of the training writers; none of a page that is refused."""
    slips = SLIPS if number >= FIRST_SPOILT else WRITTEN_SLIPS
    written = cut_form(HandSet.TRAINING, data, number, slips)
    (rows,) = classify([[item for item, _ in written]], _classifier())
    return [
        glyph
        for (item, sample), log_p in zip(written, rows, strict=True)
        for glyph in labelled(item, sample, log_p)
    ]


def cut_form(
    which: HandSet, data: Path, number: int, slips: Mapping[Slip, float] = WRITTEN_SLIPS
) -> list[tuple[CutField, SampledValue]]:
    """The written fields of one drawn form of a set's writers, each with its entry.

    Empty where the page is refused. `slips`: shares of the fields that are spoilt.
    """
    cv2.setNumThreads(1)
    form, layout, reference = fill_varied_form(which, data, number, slips=slips)
    scan = open_page(form.data, "form", 1).grey
    try:
        page = align_onto_template(scan, [reference], layout.template.fields)
    except PageError:
        return []
    cut = cut_page(page, layout.template, [reference])
    return [(item, form.samples[item.field.name]) for item in cut if item.segmentation]


def labelled(
    item: CutField, sample: SampledValue, log_probabilities: LogProbabilities
) -> LabelledGlyphs:
    """What each glyph of a written field is; empty where a slip or a cut leaves that open."""
    segmentation = item.segmentation
    if segmentation is None or segmentation.state is not InkState.WRITTEN:
        return []
    glyphs = segmentation.glyphs
    if is_blank(sample):
        return [(glyph.image, NO_CHARACTER) for glyph in glyphs]
    text = sample.text.replace(" ", "")
    if item.field.layout is Layout.COMB and sample.slip != Slip.STRUCK_FIELD:
        labels = _labels(sample, text)
        fits = len(glyphs) == len(text)
        return [(g.image, c) for g, c in zip(glyphs, labels, strict=True)] if fits else []
    if sample.slip:
        return []
    wanted = _columns(text, log_probabilities)
    path = spelling_path(build_lattice(segmentation), wanted)
    spelt = [float(wanted[edge.glyph, place]) for place, edge in enumerate(path)]
    if not path or np.mean(spelt) < np.log(LEAST_LIKELIHOOD):
        return []
    return [(glyphs[edge.glyph].image, c) for edge, c in zip(path, text, strict=True)]


def _labels(sample: SampledValue, text: str) -> list[str]:
    """What each cell of a comb holds: a spoilt character is none."""
    labels = list(text)
    if sample.slip:
        labels[len(sample.text[: sample.slip_at].replace(" ", ""))] = NO_CHARACTER
    return labels


def _columns(text: str, log_probabilities: LogProbabilities) -> NDArray[np.float64]:
    """(N, T) how likely each glyph is each character of the text, either case."""
    charset = _classifier().charset.characters
    likely = np.exp(log_probabilities.astype(np.float64))
    found = np.full((len(likely), len(text)), _FLOOR)
    for place, character in enumerate(text):
        columns = [charset.index(c) for c in {character.upper(), character.lower()} if c in charset]
        if columns:
            found[:, place] = np.maximum(likely[:, columns].sum(1), _FLOOR)
    return np.log(found)


@lru_cache(maxsize=1)
def _classifier() -> Classifier:
    return load_classifier("litert", num_threads=1)


def as_source(path: Path, characters: str) -> Source:
    """The kept glyphs as a source; where nobody wrote, the class is reject.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    data = load_arrays(path)
    classes = class_indices(data["labels"], characters)
    classes[data["labels"] == NO_CHARACTER] = len(characters)
    keep = classes >= 0
    images, classes = data["images"][keep], classes[keep]
    both = np.where(same_shape_classes(characters)[classes], 0.6, 0.0).astype(np.float32)
    weights = np.bincount(classes).astype(float)[classes] ** -RARENESS
    return Source(images, classes, np.zeros(len(classes), np.float32), both, weights)
