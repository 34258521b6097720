"""Operations: how the work goes, and what a person does where it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import NotFoundError, UserError
from forms_app.services import operations, operations_actions, operations_retrying, webhooks
from forms_app.services.dto.operations import CAP, Failures, Stage, Subject, WorkItem
from forms_app.services.loading import LARGEST_ID
from forms_app.web.context import application, current_user_id
from forms_app.web.responses import own_address

ROWS_SHOWN = 100

blueprint = Blueprint("operations", __name__, url_prefix="/operations")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All stages, what has failed and why, who works."""
    silent = webhooks.count_silent(application())
    return render_template("operations/index.html", silent=silent, **_overview())


@blueprint.get("/live")
def live() -> ResponseReturnValue:
    """The part of the page that changes while work goes on."""
    return render_template("operations/_live.html", **_overview())


@blueprint.get("/waiting/<stage>")
def waiting(stage: str) -> ResponseReturnValue:
    """What waits in one stage, or is in work there, one by one."""
    return render_template("operations/waiting.html", **_waiting(stage))


@blueprint.get("/waiting/<stage>/live")
def waiting_live(stage: str) -> ResponseReturnValue:
    """The list of it."""
    return render_template("operations/_waiting.html", **_waiting(stage))


@blueprint.get("/failed/<subject>")
def failed(subject: str) -> ResponseReturnValue:
    """What has failed, one by one; of one reason or batch where the address says so."""
    return render_template("operations/failed.html", **_failed(subject))


@blueprint.get("/failed/<subject>/live")
def failed_live(subject: str) -> ResponseReturnValue:
    """The list of it."""
    return render_template("operations/_failed.html", **_failed(subject))


@blueprint.post("/failed/<subject>/retry")
def retry_all(subject: str) -> ResponseReturnValue:
    """Try everything of a reason or batch again."""
    failures = _failures(subject)
    return _answered(
        "retried_all",
        lambda: operations_retrying.retry_all(application(), failures, current_user_id()),
    )


@blueprint.post("/waiting/<stage>/requeue")
def requeue(stage: str) -> ResponseReturnValue:
    """Send again what waits in a stage, or one thing of it."""
    known, row_id = _stage(stage), _id("row")
    return _answered(
        "requeued",
        lambda: operations_actions.requeue(application(), known, current_user_id(), row_id),
    )


@blueprint.post("/<subject>/<int:row_id>/retry")
def retry(subject: str, row_id: int) -> ResponseReturnValue:
    """Try one failed thing again."""
    return _with_item(subject, row_id, "retried", operations_retrying.retry)


@blueprint.post("/<subject>/<int:row_id>/stop")
def stop(subject: str, row_id: int) -> ResponseReturnValue:
    """End what waits, with a reason for others to read."""
    reason = request.form.get("reason", "")

    def end(app: Any, of: Subject, row: int, user_id: int) -> None:
        operations_actions.stop(app, of, row, reason, user_id)

    return _with_item(subject, row_id, "stopped", end)


@blueprint.post("/<subject>/<int:row_id>/remove")
def remove(subject: str, row_id: int) -> ResponseReturnValue:
    """Delete what has failed; the page has asked and named what is lost."""
    return _with_item(subject, row_id, "removed", operations_actions.remove)


@blueprint.post("/page/<int:row_id>/take-out")
def take_out(row_id: int) -> ResponseReturnValue:
    """Take a page out of its batch; the answer offers to bring it back."""
    return _with_item(
        Subject.PAGE,
        row_id,
        "taken_out",
        lambda app, _, page_id, user_id: operations_actions.take_out(app, page_id, user_id),
    )


@blueprint.post("/page/<int:row_id>/bring-back")
def bring_back(row_id: int) -> ResponseReturnValue:
    """Undo that."""
    return _with_item(
        Subject.PAGE,
        row_id,
        "brought_back",
        lambda app, _, page_id, user_id: operations_actions.bring_back(app, page_id, user_id),
    )


def _overview() -> dict[str, object]:
    return {"seen": operations.overview(application()), "cap": CAP, "now": datetime.now(UTC)}


def _waiting(stage: str) -> dict[str, object]:
    known, after_id = _stage(stage), _id("after")
    items = operations.waiting_work(application(), known, ROWS_SHOWN + 1, after_id)
    return {
        "stage": known,
        "items": items[:ROWS_SHOWN],
        "after": after_id,
        "next_after": _last_shown(items),
        "now": datetime.now(UTC),
    }


def _failed(subject: str) -> dict[str, object]:
    failures, before_id = _failures(subject), _id("before")
    items = operations.failed_work(application(), failures, ROWS_SHOWN + 1, before_id)
    batch_id = failures.batch_id
    return {
        "failures": failures,
        "batch_name": operations.batch_name(application(), batch_id) if batch_id else "",
        "items": items[:ROWS_SHOWN],
        "before": before_id,
        "next_before": _last_shown(items),
    }


def _last_shown(items: list[WorkItem]) -> int | None:
    return items[ROWS_SHOWN - 1].id if len(items) > ROWS_SHOWN else None


def _stage(name: str) -> Stage:
    try:
        return Stage(name)
    except ValueError as error:
        raise NotFoundError("There is no such stage of work.") from error


def _subject(name: str) -> Subject:
    try:
        return Subject(name)
    except ValueError as error:
        raise NotFoundError("There is no such kind of work.") from error


def _failures(subject: str) -> Failures:
    return Failures(_subject(subject), request.args.get("reason"), _id("batch"))


def _id(name: str) -> int | None:
    """An id in the address; one that no row can have is as none."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 < given <= LARGEST_ID else None


def _with_item(
    subject: str, row_id: int, done: str, act: Callable[[Any, Subject, int, int], None]
) -> ResponseReturnValue:
    """Do something with one thing, and say so by its name."""
    known = _subject(subject)

    def work() -> WorkItem:
        item = operations.get_item(application(), known, row_id)
        act(application(), known, row_id, current_user_id())
        return item

    return _answered(done, work)


def _answered(done: str, work: Callable[[], object]) -> ResponseReturnValue:
    """Do it, and say what was done, or why not; scripts then renew what is shown."""
    result, refusal = None, ""
    try:
        result = work()
    except UserError as error:
        refusal = error.message
    said = render_template("operations/_said.html", done=done, result=result, refusal=refusal)
    if request.headers.get("HX-Request"):
        return said
    asked = request.form.get("next", "")
    return redirect(own_address(asked) if asked else url_for(".index"), 303)
