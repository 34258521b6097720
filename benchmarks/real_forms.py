"""Read the two real forms and print every field beside its truth, as Markdown tables.

python -m benchmarks.real_forms [--engine litert]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.forms.make_tara_blank import make_blank
from forms_app.reading.classifier import load_classifier
from forms_app.reading.submissions import read_file
from forms_app.reading.types import FieldReading, Outcome, Value
from forms_app.templating.blanks import load_references
from forms_app.templating.template_file import load_template
from forms_app.training.filled_forms import load_truth

FORMS = Path(__file__).with_name("forms")
SHARED = Path(__file__).parents[2] / "shared" / "data" / "forms"

Truth = Mapping[str, Value]
Fields = dict[str, FieldReading]


def read_form(template_path: Path, scan: Path, engine: str = "litert") -> Fields:
    """The fields of the one form in a scan, by name, as the command line would read it."""
    template = load_template(template_path)
    references = load_references(template, template_path.parent)
    classifier = load_classifier(engine)
    reading = read_file(scan.read_bytes(), scan.name, template, references, classifier)
    if reading.failures or len(reading.submissions) != 1:
        raise SystemExit(f"{scan}: {reading.failures}, {len(reading.submissions)} submissions")
    return {field.name: field for field in reading.submissions[0].fields}


@dataclass(frozen=True)
class RealForm:
    """A filled form on real paper: `truth` is a file as `evaluate fields --form` takes it."""

    title: str
    template: Path
    scan: Path
    truth: Path


def real_forms(shared: Path, folder: Path) -> tuple[RealForm, ...]:
    """The real forms; `shared` is their folder, the Tara sheet's blank is painted in `folder`."""
    return _quexf(shared), _tara(shared, folder)


def _quexf(shared: Path) -> RealForm:
    place = shared / "quexf"
    template = FORMS / "quexf.json"
    return RealForm("queXF questionnaire", template, place / "filled.pdf", place / "truth.json")


def _tara(shared: Path, folder: Path) -> RealForm:
    filled = shared / "formhtr" / "logsheet_tara.pdf"
    return RealForm("Tara log sheet", make_blank(filled, folder), filled, FORMS / "tara_truth.json")


def read_quexf(shared: Path, engine: str = "litert") -> tuple[Fields, Truth]:
    """The queXF questionnaire and its truth; `shared` is the folder of the real forms."""
    return _read(_quexf(shared), engine)


def read_tara(shared: Path, folder: Path, engine: str = "litert") -> tuple[Fields, Truth]:
    """The Tara log sheet and its truth; its blank is painted into `folder`."""
    return _read(_tara(shared, folder), engine)


def _read(form: RealForm, engine: str) -> tuple[Fields, Truth]:
    return read_form(form.template, form.scan, engine), load_truth(form.truth)


def is_right(field: FieldReading, truth: Value) -> bool:
    """Whether the reading is the truth; an empty truth is a blank field."""
    if truth == "":
        return field.outcome is Outcome.BLANK
    return field.outcome is Outcome.READ and field.value == truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--engine", default="litert")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for form in real_forms(SHARED, Path(folder)):
            _print_table(form.title, *_read(form, options.engine))


def _print_table(title: str, fields: Fields, truth: Truth) -> None:
    print(f"### {title}\n\n| field | truth | read | confidence | verdict |\n|---|---|---|---|---|")
    right = accepted = accepted_right = 0
    for name, true in truth.items():
        field = fields[name]
        good = is_right(field, true)
        right += good
        accepted += not field.needs_review
        accepted_right += good and not field.needs_review
        verdict = "right" if good else "**wrong**"
        seen = "review" if field.needs_review else "accepted"
        said = "blank" if field.outcome is Outcome.BLANK else field.value
        print(
            f"| {name} | {true if true != '' else 'blank'} | {said} "
            f"| {field.confidence:.3f} | {verdict}, {seen} |"
        )
    print(
        f"\n{right} of {len(truth)} right; {accepted_right} of {accepted} accepted unseen right.\n"
    )


if __name__ == "__main__":
    main()
