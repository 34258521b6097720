"""Figures of reading and review: one page, divided as asked for, and the same as CSV."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, render_template, request
from flask import url_for as url
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import figures
from forms_app.services.dto.figures import By, FigureReport
from forms_app.services.figure_tables import as_csv
from forms_app.services.permissions import Permission
from forms_app.web.context import application, current_project_id
from forms_app.web.figure_columns import SUMMARY, columns_of, tops
from forms_app.web.gate import may_here, require_here
from forms_app.web.responses import attachment

DIVISIONS = (By.DAY, By.BATCH, By.TEMPLATE, By.FIELD, By.OPERATOR)
PERIODS = (7, 30, 90, 365, None)
ALL = "all"
USUAL_DAYS = 30
# Tables that go on for ever help nobody; the CSV has every line.
MOST_LINES = 200

blueprint = Blueprint("figures", __name__, url_prefix="/figures")


class Asked(NamedTuple):
    """What the address asks for."""

    by: By
    batch_id: int | None
    template_id: int | None
    days: int | None

    def address(self, page: str = ".index", **changes: object) -> str:
        """The address of the same with `changes`."""
        asked = self._asdict() | changes
        days = asked["days"] or ALL
        batch_id, template_id = asked["batch_id"], asked["template_id"]
        return url(page, by=asked["by"], batch=batch_id, template=template_id, days=days)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The figures in all, a table of them, and over days a chart."""
    asked = _asked()
    report = _report(asked)
    lines = report.lines[:MOST_LINES]
    columns = columns_of(asked.by)
    return render_template(
        "figures/index.html",
        report=report,
        asked=asked,
        divisions=[by for by in DIVISIONS if by != By.OPERATOR or may_here(Permission.SUPERVISE)],
        periods=PERIODS,
        summary=SUMMARY,
        columns=columns,
        lines=lines,
        tops=tops(columns, [line.figures for line in lines]),
    )


@blueprint.get("/figures.csv")
def download() -> ResponseReturnValue:
    """The table as CSV, all of its lines."""
    asked = _asked()
    return attachment(as_csv(_report(asked)), f"figures by {asked.by}.csv", "text/csv")


def _report(asked: Asked) -> FigureReport:
    return figures.report(
        application(),
        asked.by,
        asked.batch_id,
        asked.template_id,
        asked.days,
        project_id=current_project_id(),
    )


def _asked() -> Asked:
    batch_id, template_id = _id("batch"), _id("template")
    narrowed = batch_id is not None or template_id is not None
    try:
        by = By(request.args.get("by", By.FIELD if narrowed else By.DAY))
        given = request.args.get("days", ALL if narrowed else str(USUAL_DAYS))
        days = None if given == ALL else int(given)
    except ValueError as error:
        raise _not_understood() from error
    if by not in DIVISIONS or days not in PERIODS:
        raise _not_understood()
    if by == By.OPERATOR:
        require_here(Permission.SUPERVISE)
    return Asked(by, batch_id, template_id, days)


def _id(name: str) -> int | None:
    try:
        return int(request.args[name]) if name in request.args else None
    except ValueError as error:
        raise _not_understood() from error


def _not_understood() -> UserError:
    return UserError(
        "This address asks for figures that there are none of. Choose on the page of figures."
    )
