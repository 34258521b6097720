"""An evaluation as one HTML file that needs nothing beside it and no network."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from forms_app.training.evaluate import Evaluation
from forms_app.training.evaluation_details import EvaluationDetails

REPORT_FILE = "report.html"
CONFUSIONS_LISTED = 30


@dataclass(frozen=True)
class ReportHead:
    """What was measured: the data, the characters allowed as answers, model, engine and date."""

    data: str
    charset: str
    model_id: str
    engine: str
    date: str


@dataclass(frozen=True)
class MatrixCell:
    """One filled cell of the confusion matrix; row and column count from 0, top left."""

    row: int
    column: int
    n: int
    share: float

    @property
    def strength(self) -> float:
        """0.05..1 for the ink: by square root, or a confusion of 1 % could not be seen."""
        return 0.05 + 0.95 * math.sqrt(self.share)


def save_report(
    head: ReportHead, figures: Evaluation, details: EvaluationDetails, folder: Path
) -> Path:
    """Writes `report.html` into a folder, which is made where it is missing; returns its path.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / REPORT_FILE
    path.write_text(report_html(head, figures, details), encoding="utf-8")
    return path


def report_html(head: ReportHead, figures: Evaluation, details: EvaluationDetails) -> str:
    """The report; light or dark as the reader's system is."""
    environment = Environment(
        loader=PackageLoader("forms_app.training", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: f"{share:.2%}".replace("%", " %")
    environment.filters["interval"] = lambda pair: f"{100 * pair[0]:.2f} to {100 * pair[1]:.2f} %"
    environment.filters["picture"] = png_uri
    characters = matrix_characters(details)
    return environment.get_template("evaluation_report.html").render(
        head=head,
        figures=figures,
        details=details,
        characters=characters,
        cells=matrix_cells(details, characters),
        confusions=details.confusions[:CONFUSIONS_LISTED],
    )


def matrix_characters(details: EvaluationDetails) -> str:
    """The rows and columns of the confusion matrix: every label and every wrong answer."""
    labels = [row.character for row in details.characters]
    wrong = {confusion.read for confusion in details.confusions} - set(labels)
    return "".join(sorted([*labels, *wrong], key=lambda c: (not c.isalnum(), c)))


def matrix_cells(details: EvaluationDetails, characters: str) -> list[MatrixCell]:
    """The filled cells; a cell on the diagonal holds the answers that count as right."""
    place = {character: number for number, character in enumerate(characters)}
    cells = [
        MatrixCell(place[row.character], place[row.character], round(row.n * row.accuracy),
                   row.accuracy)
        for row in details.characters
        if row.accuracy
    ]  # fmt: skip
    return cells + [
        MatrixCell(place[wrong.label], place[wrong.read], wrong.n, wrong.share)
        for wrong in details.confusions
    ]


def png_uri(image: NDArray[np.uint8]) -> str:
    """A glyph as a PNG data address, dark ink on white as it is on paper."""
    _, png = cv2.imencode(".png", 255 - image)
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode()
