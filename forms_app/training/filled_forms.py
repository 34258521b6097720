"""Real forms with known truth, read and compared like those of the benchmark."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from forms_app.errors import DatasetError
from forms_app.reading.classifier import Classifier
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.submissions import read_file
from forms_app.reading.types import Value
from forms_app.templating.blanks import load_references
from forms_app.templating.template_file import load_template
from forms_app.training.field_results import FieldResult, compare
from forms_app.training.synthesis.values import SampledValue


def read_filled_form(
    template_path: Path, scan: Path, truth_path: Path, classifier: Classifier, number: int
) -> list[FieldResult]:
    """The results of one scanned form, for the fields that its truth names.

    Args:
        template_path: the template file, its blanks beside it.
        scan: file with one submission.
        truth_path: JSON object of field names and values, or one with it under `truth`; an empty
            value is a blank field, names that begin with `_` are comments.
        classifier: the recogniser.
        number: of the submission, for the results.

    Raises:
        DatasetError: the truth cannot be used, or the scan is not one readable form.
        TemplateError: the template cannot be used.
    """
    truth = load_truth(truth_path)
    template = load_template(template_path)
    references = load_references(template, template_path.parent)
    found = read_file(scan.read_bytes(), scan.name, template, references, classifier)
    if found.failures or len(found.submissions) != 1:
        problems = "; ".join(f.message for f in found.failures)
        count = len(found.submissions)
        raise DatasetError(f"{scan} holds {count} readable forms, one is needed. {problems}")
    fields = {f.name: f for f in template.fields}
    unknown = truth.keys() - fields.keys()
    if unknown:
        raise DatasetError(f"{truth_path} names fields that the template lacks: {sorted(unknown)}.")
    readings = {r.name: r for r in found.submissions[0].fields}
    where = {"submission": number, "layout": template.name, "profile": "real paper", "hand": ""}
    results = (
        compare(fields[name], SampledValue(value), readings[name], where, ReviewPolicy())
        for name, value in truth.items()
    )
    return [replace(result, field_class=template.name) for result in results]


def load_truth(path: Path) -> dict[str, Value]:
    """The true value of each field, as `read_filled_form` takes it.

    Raises:
        DatasetError: the file is no such truth.
    """
    try:
        data: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} is no truth file in JSON ({error}).") from error
    truth = data.get("truth", data) if isinstance(data, dict) else None
    if not isinstance(truth, dict):
        raise DatasetError(f"{path} needs a JSON object of field names and values.")
    named = {name: value for name, value in truth.items() if not name.startswith("_")}
    return {name: tuple(v) if isinstance(v, list) else v for name, v in named.items()}
