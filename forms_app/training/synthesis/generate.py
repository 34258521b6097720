"""Filled submissions of a template, from values to degraded page images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from forms_app.reading.form_template import FormTemplate
from forms_app.reading.types import GreyImage, Value
from forms_app.training.synthesis.degradation import Profile, degrade, pick_profile
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.handwriting import Hands
from forms_app.training.synthesis.values import SampledValue, sample_value


@dataclass(frozen=True, slots=True)
class SyntheticSubmission:
    """One filled form: page images in template order and the true value of each field."""

    number: int
    pages: tuple[GreyImage, ...]
    truth: tuple[tuple[str, Value], ...]
    one_bit: bool
    jpeg_quality: int


def generate_submissions(
    template: FormTemplate,
    blanks: Sequence[GreyImage],
    count: int,
    hands: Hands,
    *,
    seed: int = 0,
    profile: str = "mixed",
    blank_share: float = 0.08,
) -> Iterator[SyntheticSubmission]:
    """Draws `count` submissions; the same seed and number always give the same one.

    Args:
        template: boxes in pixels of the blanks.
        blanks: one grey `(height_px, width_px)` image for each template page.
        count: how many forms.
        hands: where the handwriting comes from.
        seed: first word of each submission's random seed.
        profile: how the pages arrive (`clean`, `office`, `fax`, `photo`, `mixed`).
        blank_share: chance that a field that is not required is left empty.

    Raises:
        TemplateError: a field's constraints cannot be satisfied.
        DatasetError: the handwriting lacks a character.
        UserError: the profile does not exist.
    """
    for number in range(1, count + 1):
        rng = np.random.default_rng([seed, number])
        yield _one(template, blanks, number, hands, pick_profile(profile, rng), blank_share, rng)


def _one(
    template: FormTemplate,
    blanks: Sequence[GreyImage],
    number: int,
    hands: Hands,
    profile: Profile,
    blank_share: float,
    rng: np.random.Generator,
) -> SyntheticSubmission:
    samples = {f.name: sample_value(f, rng, blank_share) for f in template.fields}
    hand = pick_hand(hands, rng)
    pages = []
    for page, blank in zip(template.pages, blanks, strict=True):
        fields = template.fields_on(page.number)
        values = [samples[f.name] for f in fields]
        filled = fill_page(blank, fields, values, hand, hands, rng)
        pages.append(degrade(filled, profile, rng))
    return SyntheticSubmission(
        number=number,
        pages=tuple(pages),
        truth=_truth(samples),
        one_bit=profile.one_bit,
        jpeg_quality=int(rng.integers(*profile.jpeg_quality)),
    )


def _truth(samples: dict[str, SampledValue]) -> tuple[tuple[str, Value], ...]:
    return tuple((name, sample.value) for name, sample in samples.items())
