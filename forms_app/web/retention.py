"""How long what is kept in a project: a page of administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import accounts, retention
from forms_app.services.dto.retention import DueCount, RetentionRules
from forms_app.services.retention import KINDS, MOST_DAYS
from forms_app.web.context import application, current_project_id, current_user_id

blueprint = Blueprint("retention", __name__, url_prefix="/retention")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What holds now, and what was deleted."""
    return _page(_texts(retention.rules_of(application(), current_project_id())), None)


@blueprint.post("/")
def save() -> ResponseReturnValue:
    """Keep the times, or only show what they would delete."""
    texts = {name: request.form.get(name, "").strip() for name in _names()}
    texts["takes_unfinished"] = "yes" if "takes_unfinished" in request.form else ""
    try:
        rules = _rules(texts)
        if request.form.get("action") != "save":
            return _page(texts, retention.preview(application(), current_project_id(), rules))
        retention.set_rules(application(), current_project_id(), rules, current_user_id())
    except UserError as error:
        return _page(texts, None, error.message), 422
    flash("Kept. What is due goes within the next minutes.")
    return redirect(url_for(".index"), 303)


def _page(texts: dict[str, str], due: tuple[DueCount, ...] | None, problem: str = "") -> str:
    project_id = current_project_id()
    names = {each.id: each.name for each in accounts.list_open_projects(application())}
    return render_template(
        "retention/index.html",
        kinds=[str(what) for what in KINDS],
        given={str(what): texts[f"{what}_days"] for what in KINDS},
        takes_unfinished=bool(texts["takes_unfinished"]),
        due=due,
        problem=problem,
        past=retention.past_deletions(application(), project_id),
        project_name=names.get(project_id, str(project_id)),
    )


def _names() -> list[str]:
    return [f"{what}_days" for what in KINDS]


def _texts(rules: RetentionRules) -> dict[str, str]:
    days = {f"{what}_days": str(rules.days(what) or "") for what in KINDS}
    return days | {"takes_unfinished": "yes" if rules.takes_unfinished else ""}


def _rules(texts: dict[str, str]) -> RetentionRules:
    """The rules as they were typed; what is no number of days is refused like a wrong one."""
    scans, crops, values, exports = (
        _days(texts[name]) if texts[name] else None for name in _names()
    )
    return RetentionRules(scans, crops, values, exports, bool(texts["takes_unfinished"]))


def _days(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= len(str(MOST_DAYS)) else 0
