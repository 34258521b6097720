"""Links that show a picture without a token: made by programs, followed by anybody, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from forms_app.api import authentication, limits
from forms_app.api.access import require_here, require_permission
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.pictures import KEPT_S, picture
from forms_app.api.problems import problem_of
from forms_app.api.shapes.links import ImageLink, NewFieldLink, NewPageLink
from forms_app.errors import FieldhandError, ForbiddenError
from forms_app.request_errors import ImageLinkError, TokenRefusedError
from forms_app.services import api_tokens, image_links, page_images, review
from forms_app.services.dto.image_links import LinkedPicture, Shown
from forms_app.services.dto.review import ItemKey
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.services.seeing import note_seen
from forms_app.web.browser_sessions import whole_address
from forms_app.web.context import application, current_user_id
from forms_app.web.redacting import hides_sensitive, refuse_hidden_field, scan_of_page

blueprint = ApiBlueprint("links", "Links that show one picture to whoever has them, for a while.")
followed = Blueprint("linked_images", __name__, url_prefix="/images")


@blueprint.post("/pages/<int:page_id>/links")
@blueprint.operation("createPageLink", Permission.SEE, Kind.PAGE)
@blueprint.arguments(NewPageLink)
@blueprint.response(201, ImageLink)
def create_page_link(sent: Mapping[str, Any], page_id: int) -> Any:
    """Make a link that shows the picture of a page without a token, until it ends.

    It ends at once with the token that it is made with, and shows what that token may see then.
    """
    return _made(LinkedPicture(Shown(sent["picture"]), page_id), sent["seconds"])


@blueprint.post("/submissions/<int:submission_id>/fields/<field_name>/links")
@blueprint.operation("createFieldLink", Permission.SEE, Kind.SUBMISSION)
@blueprint.arguments(NewFieldLink)
@blueprint.response(201, ImageLink)
def create_field_link(sent: Mapping[str, Any], submission_id: int, field_name: str) -> Any:
    """Make a link that shows the picture of a field without a token, until it ends.

    It ends at once with the token that it is made with, and shows what that token may see then.
    There is none of a sensitive field for who may not see those.
    """
    return _made(LinkedPicture(Shown.FIELD, submission_id, field_name), sent["seconds"])


@followed.get("/<link>")
def show(link: str) -> Response:
    """The picture of a link, for anybody."""
    found = image_links.follow_link(application(), link)
    limits.count_link(found.token_id)
    subject, row_id = found.picture.subject, found.picture.row_id
    try:
        authentication.act_for(api_tokens.bearer_by_id(application(), found.token_id))
        require_here(Kind(subject), row_id)
        require_permission(Permission.SEE)
        content, mimetype = _content(found.picture)
    except (TokenRefusedError, ForbiddenError) as error:
        raise ImageLinkError from error
    note_seen(application(), current_user_id(), subject, [row_id])
    return picture(content, mimetype, min(KEPT_S, found.left_s))


@followed.after_request
def _for_other_pages(response: Response) -> Response:
    """Pages of other systems may show it, and nothing is told to where they lead."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    return response


@followed.errorhandler(FieldhandError)
def _refused(error: FieldhandError) -> Response:
    return problem_of(error)


def _made(asked: LinkedPicture, lives_s: int) -> dict[str, Any]:
    """A link to a picture that can be had now."""
    maker = authentication.bearer()
    assert maker is not None  # Browsers may ask for nothing but GETs.
    _content(asked)
    made = image_links.make_link(application(), asked, maker, lives_s)
    url = whole_address("linked_images.show", link=made.signed)
    return {"url": url, "expires_at": made.expires_at}


def _content(asked: LinkedPicture) -> tuple[bytes, str]:
    """A picture as far as who asks may see it, and what kind of file it is.

    Raises:
        ForbiddenError: They may not see it.
        NotFoundError: There is none.
    """
    if asked.shown is Shown.SCAN:
        return scan_of_page(asked.row_id), "image/jpeg"
    if asked.shown is Shown.IMAGE:
        image = page_images.laid_image(application(), asked.row_id, hides_sensitive())
    else:
        key = ItemKey(asked.row_id, asked.field_name)
        refuse_hidden_field(key)
        image = review.crop_image(application(), *key, hides_sensitive())
    return image, "image/png"
