"""Filled forms for a dry run, drawn by the generator that training has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_app.reading.form_template import FormTemplate
from forms_app.reading.types import GreyImage
from forms_app.services.dry_run import DrawnSample

PROFILE = "office"


def draw_samples(
    template: FormTemplate, blanks: Sequence[GreyImage], count: int, seed: int
) -> Iterator[DrawnSample]:
    """Forms as an office scanner delivers them, written with the shipped handwriting fonts.

    Raises:
        TemplateError: No value satisfies the rules of a field.
    """
    # Imported here: workers that only read need nothing of the training room.
    from forms_app.training.synthesis.files import page_bytes
    from forms_app.training.synthesis.generate import generate_submissions
    from forms_app.training.synthesis.handwriting import load_hands

    for drawn in generate_submissions(
        template, blanks, count, load_hands(None), seed=seed, profile=PROFILE
    ):
        pages = tuple(page_bytes(page, drawn.one_bit, drawn.jpeg_quality) for page in drawn.pages)
        yield DrawnSample(f"sample {drawn.number}.jpg", pages, dict(drawn.truth))
