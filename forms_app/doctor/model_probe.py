"""Reads a shipped form with a model and tells how many fields are right, in one line of JSON.

Run as a module: `python -m forms_app.doctor.model_probe ENGINE MODEL_DIR THREADS`.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from forms_app.demo import FILLED, TEMPLATE, TRUTH
from forms_app.errors import FieldhandError

SAMPLE = FILLED / "form-0007.jpg"


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of it; `took_s` is the reading alone, without loading."""

    engine: str
    right: int
    fields: int
    took_s: float


def read_sample(engine: str, directory: Path, threads: int) -> Probe:
    """Read the shipped form.

    Raises:
        ModelError: The model is damaged, or its library is missing.
    """
    # Imported here: the name of the outcome must not cost its readers the whole reading.
    from forms_app.reading.classifier import load_classifier
    from forms_app.reading.submissions import read_file
    from forms_app.templating.blanks import load_references
    from forms_app.templating.template_file import load_template

    classifier = load_classifier(engine, directory, num_threads=threads)
    template = load_template(TEMPLATE)
    references = load_references(template, TEMPLATE.parent)
    started = time.perf_counter()
    result = read_file(SAMPLE, SAMPLE.name, template, references, classifier)
    took_s = time.perf_counter() - started
    read = {
        field.name: field.value for submission in result.submissions for field in submission.fields
    }
    truth = _truth()
    right = sum(_plain(read.get(name)) == _plain(value) for name, value in truth.items())
    return Probe(classifier.engine, right, len(truth), took_s)


def _truth() -> dict[str, object]:
    """What stands in the form; fields that no machine reads are left out."""
    rows = json.loads(TRUTH.read_text(encoding="utf-8"))
    [fields] = [row["fields"] for row in rows if row["source"] == SAMPLE.name]
    return {name: value for name, value in fields.items() if value is not None}


def _plain(value: object) -> object:
    """Blank in either notation counts as blank; several ticks are a tuple."""
    return tuple(value) if isinstance(value, list) else value or None


def main() -> None:
    """Tell what came of it; what is wrong is one line and exit code 1."""
    engine, directory, threads = sys.argv[1:]
    try:
        probe = read_sample(engine, Path(directory), int(threads))
    except FieldhandError as error:
        print(error.message)
        sys.exit(1)
    print(json.dumps(asdict(probe)))


if __name__ == "__main__":
    main()
