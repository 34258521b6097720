"""Filled forms with their readings, and what people decide of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_app.api.authentication import bearer
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.pictures import BYTES, picture
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.submissions import (
    Decided,
    Field,
    History,
    NewDecision,
    SubmissionDetail,
    SubmissionList,
)
from forms_app.reading.types import Value
from forms_app.request_errors import InvalidRequestError
from forms_app.services import form_lists, review
from forms_app.services.dto.fields import FieldValue
from forms_app.services.dto.review import DecisionResult, ItemKey, Scope, Seat
from forms_app.services.field_history import field_history
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.services.redaction import redacted_field, redacted_form
from forms_app.web.context import application, current_user_id
from forms_app.web.redacting import hides_sensitive, refuse_hidden_field

FORM = "/submissions/<int:submission_id>"
FIELD = f"{FORM}/fields/<field_name>"

blueprint = ApiBlueprint("submissions", "Filled forms: readings, decisions, pictures.")


@blueprint.get("/batches/<int:batch_id>/submissions")
@blueprint.operation("listSubmissions", Permission.SEE, Kind.BATCH)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, SubmissionList)
def list_submissions(paging: Mapping[str, Any], batch_id: int) -> Any:
    """List the filled forms of a batch in the order they were found."""
    limit = paging["limit"]
    found = form_lists.list_forms(application(), batch_id, limit + 1, paging["after"] or None)
    return stretch(found, limit)


@blueprint.get(FORM)
@blueprint.operation("getSubmission", Permission.SEE, Kind.SUBMISSION)
@blueprint.response(200, SubmissionDetail)
def get_submission(submission_id: int) -> Any:
    """Get a filled form with what was read in every field, how surely, and what people decided."""
    found = review.get_submission(application(), submission_id, current_user_id())
    return redacted_form(application(), found) if hides_sensitive() else found


@blueprint.get(FIELD)
@blueprint.operation("getField", Permission.SEE, Kind.SUBMISSION)
@blueprint.response(200, Field)
def get_field(submission_id: int, field_name: str) -> Any:
    """Get one field of a filled form."""
    return _field(submission_id, field_name)


@blueprint.get(f"{FIELD}/image")
@blueprint.operation("getFieldImage", Permission.SEE, Kind.SUBMISSION)
@blueprint.response(200, BYTES, content_type="image/png")
def get_field_image(submission_id: int, field_name: str) -> Any:
    """Get the picture of a field as it was scanned; the boxes of characters lie on it."""
    covered = hides_sensitive()
    return picture(review.crop_image(application(), submission_id, field_name, covered))


@blueprint.get(f"{FIELD}/history")
@blueprint.operation("getFieldHistory", Permission.SEE, Kind.SUBMISSION)
@blueprint.response(200, History)
def get_field_history(submission_id: int, field_name: str) -> Any:
    """Get all decisions and readings that a field has had."""
    key = ItemKey(submission_id, field_name)
    refuse_hidden_field(key)
    return field_history(application(), key, Scope(user_id=current_user_id()))


@blueprint.post(f"{FIELD}/decisions")
@blueprint.operation("decideField", Permission.REVIEW, Kind.SUBMISSION)
@blueprint.arguments(NewDecision)
@blueprint.response(201, Decided)
def decide_field(sent: Mapping[str, Any], submission_id: int, field_name: str) -> Any:
    """Decide a field: confirm its value, correct it, or say that it is blank or unreadable.

    The same sent once more changes nothing. Where `seen_decision_id` names another decision than
    the one that counts now, and that is another person's, nothing is changed either (409); nor
    where somebody has the field on screen in review.
    """
    result = review.decide(
        application(),
        submission_id,
        field_name,
        sent["action"],
        _value(sent["value"]),
        current_user_id(),
        override=sent["override"],
        note=sent["note"],
        seat=_seat(),
        seen=sent["seen_decision_id"],
    )
    return _decided(result)


@blueprint.delete(f"{FIELD}/decisions/latest")
@blueprint.operation("undoDecision", Permission.REVIEW, Kind.SUBMISSION)
@blueprint.response(200, Decided)
def undo_decision(submission_id: int, field_name: str) -> Any:
    """Take the token's person's own last decision of a field back; what was before counts again."""
    result = review.undo_decision(
        application(), submission_id, field_name, current_user_id(), is_own=True
    )
    return _decided(result)


def _field(submission_id: int, field_name: str) -> FieldValue:
    user_id = current_user_id()
    found = review.get_item(application(), submission_id, field_name, user_id=user_id).current
    return redacted_field(application(), submission_id, found) if hides_sensitive() else found


def _decided(result: DecisionResult) -> dict[str, Any]:
    return {
        "field": _field(*result.key),
        "submission_state": result.submission_state,
        "open_in_submission": result.open_in_submission,
        "open_in_batch": result.open_in_batch,
    }


def _seat() -> Seat:
    """A program sits nowhere; it is a window of its own among those of people."""
    asking = bearer()
    return Seat(current_user_id(), f"api-{asking.token_id if asking else 0}")


def _value(sent: Any) -> Value:
    """What a field can hold.

    Raises:
        InvalidRequestError: It is nothing of that.
    """
    if isinstance(sent, list) and all(isinstance(each, str) for each in sent):
        return tuple(sent)
    if sent is None or isinstance(sent, str | bool):
        return sent
    message = "Must be text, true or false, a list of texts, or null."
    raise InvalidRequestError("The request is not as it must be.", (("json/value", message),))
