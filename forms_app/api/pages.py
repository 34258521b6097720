"""Scanned pages: looked at, laid, put into forms, dropped; and the queue of those that wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, cast

from flask import url_for

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.pictures import BYTES, picture
from forms_app.api.shapes.pages import (
    Assignment,
    Page,
    PageQueue,
    Placement,
    QueueStretch,
    Rescan,
    Seen,
)
from forms_app.services import (
    page_actions,
    page_facts,
    page_images,
    page_queue,
    rescans,
    uploads,
)
from forms_app.services.page_placements import placement_of
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_user_id
from forms_app.web.redacting import hides_sensitive, scan_of_page

PAGE = "/pages/<int:page_id>"

blueprint = ApiBlueprint("pages", "Scanned pages, and those that wait for a person.")


@blueprint.get("/batches/<int:batch_id>/page-queue")
@blueprint.operation("getPageQueue", Permission.SEE, Kind.BATCH)
@blueprint.arguments(QueueStretch, location="query")
@blueprint.response(200, PageQueue)
def get_page_queue(asked: Mapping[str, Any], batch_id: int) -> Any:
    """See which pages of a batch wait for a person and why, and which are missing from forms."""
    after = {name: asked[name] or None for name in ("after_page", "after_form")}
    queue = page_queue.get_queue(application(), batch_id, **after)
    return {
        "waiting": queue.waiting,
        "missing": queue.missing,
        "pages": page_facts.with_facts(application(), queue.pages),
        "dropped": page_facts.with_facts(application(), queue.dropped),
        "after_page": queue.after_page,
        "after_form": queue.after_form,
    }


@blueprint.get(PAGE)
@blueprint.operation("getPage", Permission.SEE, Kind.PAGE)
@blueprint.response(200, Page)
def get_page(page_id: int) -> Any:
    """Look at a page: its state, its form, and how well it lies on the template."""
    return page_facts.get_page(application(), page_id)


@blueprint.get(f"{PAGE}/scan")
@blueprint.operation("getScan", Permission.SEE, Kind.PAGE)
@blueprint.response(200, BYTES, content_type="image/jpeg")
def get_scan(page_id: int) -> Any:
    """Get the picture of a page as it was scanned."""
    return picture(scan_of_page(page_id), "image/jpeg")


@blueprint.get(f"{PAGE}/image")
@blueprint.operation("getPageImage", Permission.SEE, Kind.PAGE)
@blueprint.response(200, BYTES, content_type="image/png")
def get_page_image(page_id: int) -> Any:
    """Get the picture of a page as it lies on the template: boxes of fields are places in it."""
    return picture(page_images.laid_image(application(), page_id, hides_sensitive()))


@blueprint.post(f"{PAGE}/lay")
@blueprint.operation("layPage", Permission.INTAKE, Kind.PAGE)
@blueprint.arguments(Placement)
@blueprint.response(200, Page)
def lay_page(sent: Mapping[str, Any], page_id: int) -> Any:
    """Say where a page lies on a template's page, and have it read again."""
    require_here(Kind.VERSION, sent["version_id"])
    _require_form(sent["submission_id"])
    placement = placement_of(
        sent["version_id"], sent["template_page"], sent["points"], sent["is_confirmed"]
    )
    page_actions.lay_page(
        application(),
        page_id,
        placement,
        sent["submission_id"],
        current_user_id(),
        sent["seen"],
        in_new_form=sent["in_new_form"],
    )
    return page_facts.get_page(application(), page_id)


@blueprint.post(f"{PAGE}/assign")
@blueprint.operation("assignPage", Permission.INTAKE, Kind.PAGE)
@blueprint.arguments(Assignment)
@blueprint.response(200, Page)
def assign_page(sent: Mapping[str, Any], page_id: int) -> Any:
    """Put a page that is laid into a form, or into a new one, and have it read."""
    _require_form(sent["submission_id"])
    form_id, user_id = sent["submission_id"], current_user_id()
    page_actions.assign_page(application(), page_id, form_id, user_id, sent["seen"])
    return page_facts.get_page(application(), page_id)


@blueprint.post(f"{PAGE}/confirm")
@blueprint.operation("confirmPage", Permission.INTAKE, Kind.PAGE)
@blueprint.arguments(Seen)
@blueprint.response(200, Page)
def confirm_page(sent: Mapping[str, Any], page_id: int) -> Any:
    """Say that a page lies well enough."""
    return _after(page_actions.check_page, page_id, sent["seen"])


@blueprint.post(f"{PAGE}/drop")
@blueprint.operation("dropPage", Permission.INTAKE, Kind.PAGE)
@blueprint.arguments(Seen)
@blueprint.response(200, Page)
def drop_page(sent: Mapping[str, Any], page_id: int) -> Any:
    """Take a page that is no form out of its batch; its scan is kept."""
    return _after(page_actions.drop_page, page_id, sent["seen"])


@blueprint.post(f"{PAGE}/restore")
@blueprint.operation("restorePage", Permission.INTAKE, Kind.PAGE)
@blueprint.arguments(Seen)
@blueprint.response(200, Page)
def restore_page(sent: Mapping[str, Any], page_id: int) -> Any:
    """Bring a dropped page back."""
    return _after(page_actions.restore_page, page_id, sent["seen"])


@blueprint.post(f"{PAGE}/retry")
@blueprint.operation("retryPage", Permission.INTAKE, Kind.PAGE)
@blueprint.response(200, Page)
def retry_page(page_id: int) -> Any:
    """Read a failed page again."""
    return _after(uploads.retry_page, page_id)


@blueprint.put(f"{PAGE}/scan")
@blueprint.operation("replaceScan", Permission.INTAKE, Kind.PAGE)
@blueprint.arguments(Rescan, location="files")
@blueprint.response(200, Page)
def replace_scan(sent: Mapping[str, Any], page_id: int) -> Any:
    """Read a new scan in a page's place."""
    file = sent["file"]
    rescans.replace_scan(
        application(), page_id, file.filename or "", cast(BinaryIO, file.stream), current_user_id()
    )
    return page_facts.get_page(application(), page_id)


@blueprint.post("/submissions/<int:submission_id>/pages/<int:number>/scan")
@blueprint.operation("addMissingPage", Permission.INTAKE, Kind.SUBMISSION)
@blueprint.arguments(Rescan, location="files")
@blueprint.response(201, Page)
def add_missing_page(sent: Mapping[str, Any], submission_id: int, number: int) -> Any:
    """Read a scan as the missing page of a form."""
    file = sent["file"]
    name, stream = file.filename or "", cast(BinaryIO, file.stream)
    page_id = rescans.add_missing_page(
        application(), submission_id, number, name, stream, current_user_id()
    )
    location = url_for(".get_page", page_id=page_id)
    return page_facts.get_page(application(), page_id), 201, {"Location": location}


@blueprint.put("/submissions/<int:submission_id>/pages/<int:number>/absent")
@blueprint.operation("setPageAbsent", Permission.INTAKE, Kind.SUBMISSION)
@blueprint.response(204)
def set_page_absent(submission_id: int, number: int) -> Any:
    """Say that a missing page of a form does not exist; its fields wait for nobody then."""
    page_actions.set_absent(application(), submission_id, number, True, current_user_id())


@blueprint.delete("/submissions/<int:submission_id>/pages/<int:number>/absent")
@blueprint.operation("expectPage", Permission.INTAKE, Kind.SUBMISSION)
@blueprint.response(204)
def expect_page(submission_id: int, number: int) -> Any:
    """Take back that a missing page does not exist."""
    page_actions.set_absent(application(), submission_id, number, False, current_user_id())


def _after(act: Callable[..., object], page_id: int, *more: object) -> page_facts.PageFacts:
    """The page as it is once something was done with it."""
    act(application(), page_id, current_user_id(), *more)
    return page_facts.get_page(application(), page_id)


def _require_form(submission_id: int | None) -> None:
    if submission_id is not None:
        require_here(Kind.SUBMISSION, submission_id)
