"""`fieldhand synthesize`: filled forms of a template with known truth."""

from __future__ import annotations

from pathlib import Path

import click

from forms_app.templating.blanks import load_blanks
from forms_app.templating.template_file import load_template
from forms_app.training.synthesis.degradation import PROFILES
from forms_app.training.synthesis.files import save_submission, save_truth
from forms_app.training.synthesis.generate import generate_submissions
from forms_app.training.synthesis.handwriting import load_hands


@click.command("synthesize")
@click.option("--template", "template_path", type=Path, required=True, help="Template file.")
@click.option("--count", type=click.IntRange(1), default=10, show_default=True)
@click.option("--out", type=Path, required=True, help="Folder for the scans and truth.json.")
@click.option("--glyphs", type=Path, help="Handwriting: an .npz glyph set or a folder of fonts.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--profile",
    type=click.Choice([*sorted(PROFILES), "mixed"]),
    default="mixed",
    show_default=True,
    help="How the pages were scanned.",
)
@click.option("--blank-share", type=click.FloatRange(0, 1), default=0.08, show_default=True)
def command(
    template_path: Path,
    count: int,
    out: Path,
    glyphs: Path | None,
    seed: int,
    profile: str,
    blank_share: float,
) -> None:
    """Draw filled forms of a template with known truth.

    Writes one file for each form and truth.json into the folder: try a template with them before
    you print it, or measure the reading.
    """
    template, folder = load_template(template_path), template_path.parent
    blanks = load_blanks(template, folder)
    out.mkdir(parents=True, exist_ok=True)
    submissions = generate_submissions(
        template,
        blanks,
        count,
        load_hands(glyphs),
        seed=seed,
        profile=profile,
        blank_share=blank_share,
    )
    entries = []
    for submission in submissions:
        entries.append((save_submission(submission, out), submission))
        click.echo(f"{submission.number} of {count}  {entries[-1][0].name}", err=True)
    click.echo(f"Wrote {save_truth(entries, out)}")
