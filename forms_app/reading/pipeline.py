"""A page's way through the stages, one readable line per stage.

Many pages are read together so that the classifier runs once over all of their glyphs (measured:
dozens of times faster than field by field).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Charset, Classifier
from forms_app.reading.confidence import (
    judge_choice,
    judge_image,
    judge_mark,
    judge_written,
    with_second_key,
    without_trust,
)
from forms_app.reading.cropping import crop_field
from forms_app.reading.decoding import decode
from forms_app.reading.evidence import Evidence, gather_evidence, ink_share
from forms_app.reading.form_template import OPTION_KINDS, FieldKind, FormField, FormTemplate
from forms_app.reading.marks import read_mark, read_marks
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference
from forms_app.reading.same_hand import weigh_by_hand
from forms_app.reading.segmentation import segment
from forms_app.reading.signatures import read_signature
from forms_app.reading.stray_marks import has_mark_beside
from forms_app.reading.struck_cells import withdraw_struck_cells
from forms_app.reading.tones import tone_curve
from forms_app.reading.types import (
    AlignedPage,
    Decoded,
    FieldCrop,
    FieldReading,
    GreyImage,
    LogProbabilities,
    PageReading,
    Segmentation,
)

__all__ = [
    "PreparedPage",
    "classify_stacks",
    "decide_page",
    "prepare_page",
    "read_crop",
    "read_page",
    "read_pages",
]

_HIDDEN = "the shading is as dark as ink in this scan and hides what is written"


@dataclass(frozen=True, slots=True)
class CutField:
    """A field of one page on its way: its crop, and its glyphs where it is written."""

    field: FormField
    crop: FieldCrop
    segmentation: Segmentation | None
    residual_px: float | None


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page between its cutting and the verdicts: all that is still needed of it."""

    template_page: int
    cut: tuple[CutField, ...]

    def stacked_glyphs(self) -> NDArray[np.uint8]:
        """`(N, 28, 28)`: the glyphs of all fields, field after field; N may be 0."""
        images = [
            glyph.image
            for item in self.cut
            if item.segmentation is not None
            for glyph in item.segmentation.glyphs
        ]
        return np.stack(images) if images else np.zeros((0, 28, 28), np.uint8)


def read_page(
    scan: GreyImage,
    template: FormTemplate,
    references: Sequence[PageReference],
    classifier: Classifier,
    policy: ReviewPolicy | None = None,
) -> tuple[AlignedPage, PageReading]:
    """Read one scanned page from pixels to verdicts.

    Args:
        scan: grey page `(H, W)` uint8, any way up, any resolution.
        template: the form template.
        references: its blank pages.
        classifier: for the glyphs.
        policy: what is accepted unseen; None takes the default.

    Raises:
        PageError: the page is blank, foreign or could not be laid onto its template.
    """
    aligned = align_onto_template(scan, references, template.fields)
    cut = cut_page(aligned, template, references)
    log_probabilities = classify([cut], classifier)
    readings = judge_page(cut, log_probabilities[0], classifier.charset, policy or ReviewPolicy())
    return aligned, PageReading(aligned.template_page, readings)


def read_pages(
    pages: Sequence[AlignedPage],
    template: FormTemplate,
    references: Sequence[PageReference],
    classifier: Classifier,
    policy: ReviewPolicy | None = None,
) -> list[PageReading]:
    """Read aligned pages; all of their glyphs go through the classifier together."""
    policy = policy or ReviewPolicy()
    prepared = [prepare_page(page, template, references) for page in pages]
    answers = classify_stacks([page.stacked_glyphs() for page in prepared], classifier)
    return [
        decide_page(page, rows, classifier.charset, policy)
        for page, rows in zip(prepared, answers, strict=True)
    ]


def prepare_page(
    page: AlignedPage, template: FormTemplate, references: Sequence[PageReference]
) -> PreparedPage:
    """Before the classifier: every field of the page cropped and cut into glyphs."""
    return PreparedPage(page.template_page, tuple(cut_page(page, template, references)))


def classify_stacks(
    stacks: Sequence[NDArray[np.uint8]], classifier: Classifier
) -> list[LogProbabilities]:
    """One classifier call over the glyphs of many pages, of any templates.

    Args:
        stacks: for each page its glyphs `(N_i, 28, 28)` uint8; N_i may be 0.

    Returns:
        For each page its log-probabilities `(N_i, K)`.
    """
    if not stacks:
        return []
    rows = classifier.classify(np.concatenate(stacks))
    return np.split(rows, np.cumsum([len(stack) for stack in stacks])[:-1])


def decide_page(
    page: PreparedPage, rows: LogProbabilities, charset: Charset, policy: ReviewPolicy
) -> PageReading:
    """After the classifier: the verdict on every field.

    Args:
        rows: `(N, K)`, what the classifier said of `page.stacked_glyphs()`.
    """
    return PageReading(
        page.template_page, judge_page(page.cut, rows_of_fields(page.cut, rows), charset, policy)
    )


def read_crop(
    field: FormField, crop: FieldCrop, classifier: Classifier, policy: ReviewPolicy | None = None
) -> FieldReading:
    """Read a single field that lies on no page."""
    cut = [CutField(field, crop, segment(crop, field) if field.is_written else None, None)]
    (found,) = classify([cut], classifier)
    return judge_page(cut, found, classifier.charset, policy or ReviewPolicy())[0]


def cut_page(
    page: AlignedPage, template: FormTemplate, references: Sequence[PageReference]
) -> list[CutField]:
    """Every field of a page, cropped and, where written, cut into glyphs."""
    reference = next(r for r in references if r.number == page.template_page)
    curve = tone_curve(page.grey, reference.grey)
    cut = []
    for field in template.fields_on(page.template_page):
        crop = crop_field(page, reference, field, curve)
        segmentation = segment(crop, field) if field.is_written else None
        residual_px = page.field_residuals_px.get(field.name, page.residual_px)
        cut.append(CutField(field, crop, segmentation, residual_px))
    return cut


def classify(
    pages: Sequence[Sequence[CutField]], classifier: Classifier
) -> list[list[LogProbabilities]]:
    """One classifier call over all glyphs; for each page and field its `(N, K)` part."""
    stacks = [PreparedPage(0, tuple(cut)).stacked_glyphs() for cut in pages]
    answers = classify_stacks(stacks, classifier)
    return [rows_of_fields(cut, rows) for cut, rows in zip(pages, answers, strict=True)]


def judge_page(
    cut: Sequence[CutField],
    log_probabilities: Sequence[LogProbabilities],
    charset: Charset,
    policy: ReviewPolicy,
) -> tuple[FieldReading, ...]:
    """Decode and judge every field of a page, doubtful characters weighed by the same hand."""
    readings = (
        _judge(item, rows, charset, policy)
        for item, rows in zip(cut, weigh_page(cut, log_probabilities, charset), strict=True)
    )
    return tuple(_reviewed(item, reading) for item, reading in zip(cut, readings, strict=True))


def _reviewed(item: CutField, reading: FieldReading) -> FieldReading:
    """The reading, for a person where something other than what it says asks for one."""
    if item.crop.is_hidden:
        reading = without_trust(reading, _HIDDEN)
    return with_second_key(reading) if item.field.second_key else reading


def weigh_page(
    cut: Sequence[CutField], log_probabilities: Sequence[LogProbabilities], charset: Charset
) -> list[LogProbabilities]:
    """The classifier's rows of a page's fields beside what the same hand wrote in the others."""
    fields = [item.field for item in cut]
    return weigh_by_hand(fields, [item.segmentation for item in cut], log_probabilities, charset)


def rows_of_fields(cut: Sequence[CutField], rows: LogProbabilities) -> list[LogProbabilities]:
    """A page's rows handed out: for each field the `(N, K)` part of its glyphs."""
    counts = [len(item.segmentation.glyphs) if item.segmentation else 0 for item in cut]
    return np.split(rows, np.cumsum(counts))[:-1]


def decode_written(
    item: CutField,
    segmentation: Segmentation,
    log_probabilities: LogProbabilities,
    charset: Charset,
) -> tuple[Decoded, Evidence]:
    """What a written field says, and what speaks for or against that."""
    kept, rows = withdraw_struck_cells(item.field, segmentation, log_probabilities, charset)
    decoded = decode(item.field, kept, rows, charset)
    return decoded, gather_evidence(item.crop, kept, decoded, item.residual_px)


def _judge(
    item: CutField, log_probabilities: LogProbabilities, charset: Charset, policy: ReviewPolicy
) -> FieldReading:
    field, crop = item.field, item.crop
    if item.segmentation is not None:
        decoded, evidence = decode_written(item, item.segmentation, log_probabilities, charset)
        return judge_written(field, decoded, evidence, policy)
    if field.kind in OPTION_KINDS:
        return judge_choice(
            field, read_marks(crop), item.residual_px, policy, has_mark_beside(crop)
        )
    if field.kind is FieldKind.MARK:
        return judge_mark(field, read_mark(crop), item.residual_px, policy, has_mark_beside(crop))
    if field.kind is FieldKind.SIGNATURE:
        return judge_mark(field, read_signature(crop), item.residual_px, policy)
    return judge_image(field, ink_share(crop), item.residual_px, policy)
