"""Whether two scans of one sheet are told from sheets of two people, by `reading/likeness`.

Drawn forms of random layout, each filled by several people and scanned several times: by office
scanners, a fax, and a telephone with its shadows. Run as `python -m benchmarks.same_sheet`.
"""

from __future__ import annotations

import itertools

import click
import numpy as np

from benchmarks.random_forms import random_form
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import PageError
from forms_app.reading.likeness import MOST_DIFFERENT_BITS, writing_print
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import GreyImage
from forms_app.training.synthesis.degradation import PROFILES, degrade
from forms_app.training.synthesis.generate import generate_submissions
from forms_app.training.synthesis.handwriting import load_hands

FIRST_SEED = 900
SCANS = ("office", "office", "fax", "photo", "photo")


@click.command()
@click.option("--forms", default=5, show_default=True)
@click.option("--people", default=4, show_default=True)
def main(forms: int, people: int) -> None:
    """Prints how many bits differ between scans of one sheet, and of two people's."""
    same, other = [], []
    for seed in range(FIRST_SEED, FIRST_SEED + forms):
        form = random_form(seed)
        reference = prepare_reference(1, form.reference)
        sheets = generate_submissions(
            form.template, [form.blank], people, load_hands(None), seed=seed, profile="clean"
        )
        prints = [_prints(sheet.pages[0], reference, [seed, sheet.number]) for sheet in sheets]
        same += [_differing(*pair) for each in prints for pair in itertools.combinations(each, 2)]
        for some, others in itertools.combinations(prints, 2):
            other += [_differing(*pair) for pair in itertools.product(some, others)]
    _print("one sheet", same)
    _print("two people", other)


def _prints(page: GreyImage, reference: PageReference, seed: list[int]) -> list[str]:
    """Of each scan of a page that is laid and has enough writing."""
    prints = []
    for number, profile in enumerate(SCANS):
        scan = degrade(page, PROFILES[profile], np.random.default_rng([*seed, number]))
        try:
            laid = align_onto_template(scan, [reference])
        except PageError:
            continue
        prints.append(writing_print(laid.grey, reference.grey))
    return [found for found in prints if found is not None]


def _differing(first: str, second: str) -> int:
    return (int(first, 16) ^ int(second, 16)).bit_count()


def _print(what: str, bits: list[int]) -> None:
    alike = sum(count <= MOST_DIFFERENT_BITS for count in bits)
    least, median, most = np.percentile(bits, (0, 50, 90))
    print(
        f"{what}: n {len(bits)}, differing bits least {least:.0f}, median {median:.0f}, "
        f"p90 {most:.0f}; {alike} called the same sheet"
    )


if __name__ == "__main__":
    main()
