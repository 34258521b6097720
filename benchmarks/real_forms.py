"""Read the two real forms and print every field beside its truth, as Markdown tables.

python -m benchmarks.real_forms [--engine litert]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.forms.make_tara_blank import make_blank
from forms_app.reading.classifier import load_classifier
from forms_app.reading.submissions import read_file
from forms_app.reading.types import FieldReading, Outcome
from forms_app.templating.blanks import load_references
from forms_app.templating.template_file import load_template

FORMS = Path(__file__).with_name("forms")
SHARED = Path(__file__).parents[2] / "shared" / "data" / "forms"

Truth = dict[str, str | bool]
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


def read_quexf(shared: Path, engine: str = "litert") -> tuple[Fields, Truth]:
    """The queXF questionnaire and its truth; `shared` is the folder of the real forms."""
    truth = json.loads((shared / "quexf" / "truth.json").read_text())["truth"]
    known = {name: value for name, value in truth.items() if not name.startswith("_")}
    return read_form(FORMS / "quexf.json", shared / "quexf" / "filled.pdf", engine), known


def read_tara(shared: Path, folder: Path, engine: str = "litert") -> tuple[Fields, Truth]:
    """The Tara log sheet and its truth; its blank is painted into `folder`."""
    filled = shared / "formhtr" / "logsheet_tara.pdf"
    truth = json.loads((FORMS / "tara_truth.json").read_text())["truth"]
    return read_form(make_blank(filled, folder), filled, engine), truth


def is_right(field: FieldReading, truth: str | bool) -> bool:
    """Whether the reading is the truth; an empty truth is a blank field."""
    if truth == "":
        return field.outcome is Outcome.BLANK
    return field.outcome is Outcome.READ and field.value == truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--engine", default="litert")
    options = parser.parse_args()
    _print_table("queXF questionnaire", *read_quexf(SHARED, options.engine))
    with tempfile.TemporaryDirectory() as folder:
        _print_table("Tara log sheet", *read_tara(SHARED, Path(folder), options.engine))


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
