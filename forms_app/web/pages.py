"""The page queue of a batch: the list, and the workbench where one page is laid and placed."""

from __future__ import annotations

import base64
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import (
    batches,
    page_actions,
    page_images,
    page_queue,
    page_work,
    refused_pages,
    rescans,
)
from forms_app.services.loose_fields import LooseField
from forms_app.services.page_images import LaidPreview
from forms_app.services.page_placements import PagePlacement, placement_of
from forms_app.services.page_work import PageWork
from forms_app.web.context import application, current_user_id
from forms_app.web.errors import wants_json
from forms_app.web.redacting import hides_sensitive, scan_of_page
from forms_app.web.telling import told

blueprint = Blueprint("pages", __name__, url_prefix="/batches/<int:batch_id>")


@blueprint.get("/pages")
def index(batch_id: int) -> ResponseReturnValue:
    """All pages and missing pages that wait for a person."""
    return render_template("batches/pages.html", **_queue(batch_id))


@blueprint.get("/pages/live")
def index_live(batch_id: int) -> ResponseReturnValue:
    """The lists alone."""
    return render_template("batches/_pages.html", **_queue(batch_id))


@blueprint.get("/pages/<int:page_id>")
def show(batch_id: int, page_id: int) -> ResponseReturnValue:
    """The workbench with one page."""
    work = page_work.get_work(application(), page_id)
    if work.batch_id != batch_id:
        return redirect(url_for(".show", batch_id=work.batch_id, page_id=page_id), 303)
    batch = batches.get_summary(application(), batch_id)
    return render_template("batches/page.html", batch=batch, work=work, data=_work_json(work))


@blueprint.get("/pages/<int:page_id>/scan.jpg")
def scan_image(batch_id: int, page_id: int) -> ResponseReturnValue:
    """The page as it was scanned."""
    return _picture(scan_of_page(page_id), "image/jpeg")


@blueprint.get("/pages/<int:page_id>/laid.png")
def laid_image(batch_id: int, page_id: int) -> ResponseReturnValue:
    """The page as it is laid now."""
    return _picture(page_images.laid_image(application(), page_id, hides_sensitive()), "image/png")


@blueprint.get("/pages/<int:page_id>/start")
def start(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Where the scan's corners lie, or probably would, on a template page."""
    version_id = request.args.get("version_id", type=int)
    number = request.args.get("template_page", type=int)
    chosen = (version_id, number) if version_id and number else None
    found = page_images.start_points(application(), page_id, chosen)
    points = [[*point.scan, *point.template_px] for point in found.points]
    return jsonify(version_id=found.version_id, template_page=found.template_page, points=points)


@blueprint.post("/pages/<int:page_id>/preview")
def preview(batch_id: int, page_id: int) -> ResponseReturnValue:
    """How the page would lie; nothing is saved."""
    placement, _ = _placement()
    found = page_images.preview(application(), page_id, placement, hides_sensitive())
    return jsonify(_preview_json(found))


@blueprint.post("/pages/<int:page_id>/lay")
def lay(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Lay the page as the person has seen and confirmed it."""
    placement, sent = _placement()
    page_actions.lay_page(
        application(),
        page_id,
        placement,
        sent.get("submission_id"),
        current_user_id(),
        _seen(),
        in_new_form=sent.get("new_form") is True,
    )
    return _settled(batch_id)


@blueprint.post("/pages/<int:page_id>/assign")
def assign(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Put a laid page into a form; none named: into a new one."""
    page_actions.assign_page(
        application(), page_id, _sent().get("submission_id"), current_user_id(), _seen()
    )
    return _settled(batch_id)


@blueprint.post("/pages/<int:page_id>/check")
def check(batch_id: int, page_id: int) -> ResponseReturnValue:
    """The page lies well enough."""
    page_actions.check_page(application(), page_id, current_user_id(), _seen())
    return _settled(batch_id)


@blueprint.post("/pages/<int:page_id>/drop")
def drop(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Take the page out of the batch."""
    page_actions.drop_page(application(), page_id, current_user_id(), _seen())
    return _settled(batch_id)


@blueprint.post("/pages/<int:page_id>/restore")
def restore(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Bring a dropped page back."""
    page_actions.restore_page(application(), page_id, current_user_id(), _seen())
    return _settled(batch_id)


@blueprint.post("/pages/<int:page_id>/rescan")
def rescan(batch_id: int, page_id: int) -> ResponseReturnValue:
    """Read a new scan in the page's place."""
    rescans.replace_scan(application(), page_id, *_chosen_file(), current_user_id(), _seen())
    return _settled(batch_id)


@blueprint.post("/files/<int:file_id>/sort")
def sort(batch_id: int, file_id: int) -> ResponseReturnValue:
    """Take the file's pages in the order they were scanned."""
    page_actions.sort_as_scanned(application(), file_id, current_user_id())
    return _settled(batch_id)


@blueprint.post("/forms/<int:submission_id>/pages/<int:number>/scan")
def add_missing(batch_id: int, submission_id: int, number: int) -> ResponseReturnValue:
    """Read a scan as a form's missing page."""
    rescans.add_missing_page(
        application(), submission_id, number, *_chosen_file(), current_user_id()
    )
    return _settled(batch_id)


@blueprint.post("/forms/<int:submission_id>/pages/<int:number>/absent")
def absent(batch_id: int, submission_id: int, number: int) -> ResponseReturnValue:
    """The form's missing page does not exist."""
    page_actions.set_absent(application(), submission_id, number, True, current_user_id())
    return _settled(batch_id)


def _queue(batch_id: int) -> dict[str, object]:
    after = {name: request.args.get(name, type=int) for name in ("after_page", "after_form")}
    return {
        "after": after,
        "batch": batches.get_summary(application(), batch_id),
        "queue": page_queue.get_queue(application(), batch_id, **after),
        "refused": refused_pages.get_refused(application(), batch_id),
    }


def _settled(batch_id: int) -> ResponseReturnValue:
    """After a change: the lists for htmx, nothing for the workbench, else the whole page."""
    if request.headers.get("HX-Request"):
        return index_live(batch_id)
    if wants_json():
        return jsonify(ok=True)
    return redirect(url_for(".index", batch_id=batch_id), 303)


def _seen() -> str | None:
    """The page as the person saw it; the addresses of actions carry it."""
    return request.args.get("seen")


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise UserError("The request is no JSON object; reload the page and try again.")
    form = sent.get("submission_id")
    if form is not None and not isinstance(form, int):
        raise UserError("The form chosen does not exist; reload the page and try again.")
    return sent


def _placement() -> tuple[PagePlacement, dict[str, Any]]:
    """The placement sent, and all that was sent with it."""
    sent = _sent()
    version_id, number = sent.get("version_id"), sent.get("template_page")
    points = sent.get("points")
    is_list = isinstance(points, list) and all(isinstance(point, list) for point in points)
    if not isinstance(version_id, int) or not isinstance(number, int) or not is_list:
        raise UserError("The placement sent is not complete; reload the page and try again.")
    is_seen = sent.get("seen") is True
    placement = placement_of(version_id, number, cast(list[list[float]], points), is_seen)
    return placement, sent


def _chosen_file() -> tuple[str, BinaryIO]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise UserError("No file was chosen. Choose a scan or photograph of this one page.")
    return file.filename, cast(BinaryIO, file.stream)


def _picture(content: bytes, mimetype: str) -> Response:
    """Browsers ask each time whether it is still the same: the page may have been laid anew."""
    response = Response(content, mimetype=mimetype)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


def _preview_json(found: LaidPreview) -> dict[str, object]:
    return {
        "checked": found.is_checked,
        "doubt": found.doubt,
        "residual_px": round(found.residual_px, 2),
        "poor_fields": _fields_json(found.poor_fields),
        "picture": "data:image/jpeg;base64," + base64.b64encode(found.picture).decode(),
    }


def _fields_json(fields: tuple[LooseField, ...]) -> list[dict[str, object]]:
    return [
        {"label": field.label, "box": field.box.as_list(), "residual_px": field.residual_px}
        for field in fields
    ]


def _work_json(work: PageWork) -> dict[str, object]:
    """What the workbench's script needs."""
    here: dict[str, Any] = {"batch_id": work.batch_id, "page_id": work.page.page_id}
    follow = work.next_id or work.previous_id
    return {
        "state": work.page.state,
        "reason": work.page.reason,
        "version_id": work.page.version_id,
        "template_page": work.page.template_page,
        "form_id": work.page.submission_id,
        "loose_fields": _fields_json(work.page.loose_fields),
        "targets": [
            {
                "version_id": target.version_id,
                "template_page": target.number,
                "template": target.template,
                "label": told(target.label),
                "is_held": target.is_held,
                "size": target.size_px,
                "blank": url_for(
                    "templates.page_image", version_id=target.version_id, number=target.number
                ),
            }
            for target in work.targets
        ],
        "forms": [
            {
                "id": form.submission_id,
                "label": told(form.label),
                "version_id": form.version_id,
                "missing": form.missing,
            }
            for form in work.forms
        ],
        # The scan's name makes its address new when it is replaced.
        "scan_url": url_for(".scan_image", **here, scan=work.page.scan_name),
        "laid_url": url_for(".laid_image", **here) if work.page.is_laid else None,
        "urls": {
            name: url_for(f".{name}", **here, seen=work.page.seen)
            for name in ("start", "preview", "lay", "assign", "check", "drop")
        },
        "done_url": url_for(".show", batch_id=work.batch_id, page_id=follow)
        if follow
        else url_for(".index", batch_id=work.batch_id),
    }
