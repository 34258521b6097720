"""What supervisors look at and say: who does what, notes, giving work to others, samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.shapes.team import (
    Answer,
    FieldCount,
    Note,
    Reservation,
    Sample,
    SampleSize,
    SentBackForm,
    TakenAway,
    Team,
    TeamQuery,
)
from forms_app.services import people, quality_samples, returning, review_notes, team
from forms_app.services.dto.review_notes import ReviewNote
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.current_project import listed_project_id
from forms_app.web.redacting import hides_sensitive

RETURN = "/submissions/<int:submission_id>/return"
SAMPLE = "/batches/<int:batch_id>/sample"
HIDDEN = "•••"

blueprint = ApiBlueprint("team", "Review as the work of several people, for supervisors.")


@blueprint.get("/team")
@blueprint.operation("getTeam", Permission.SUPERVISE)
@blueprint.arguments(TeamQuery, location="query")
@blueprint.response(200, Team)
def get_team(asked: Mapping[str, Any]) -> Any:
    """See who does what in review now, in one batch or in all, and what they ask."""
    batch_id = asked.get("batch_id")
    if batch_id is not None:
        require_here(Kind.BATCH, batch_id)
    found = team.get_team(application(), batch_id, current_project_id())
    asked_notes = [each.note for each in (*found.referred, *found.misaligned)]
    sent_back = [(each.note, each.fields) for each in found.sent_back]
    return {
        "members": found.members,
        "notes": [_note(note) for note in asked_notes],
        "sent_back": [_note(note) | {"fields": fields} for note, fields in sent_back],
        "waiting": found.waiting,
        "with_people": found.with_people,
        "kept_for": found.kept_for,
    }


@blueprint.post("/team/take-away")
@blueprint.operation("takeFieldsAway", Permission.SUPERVISE)
@blueprint.arguments(TakenAway)
@blueprint.response(200, FieldCount)
def take_away(sent: Mapping[str, Any]) -> Any:
    """Give all fields that somebody has in review back to the queue."""
    batch_id = sent["batch_id"]
    if batch_id is not None:
        require_here(Kind.BATCH, batch_id)
    holder = people.get_person(application(), sent["user_id"], listed_project_id())
    count = team.take_away(
        application(), holder.id, batch_id, current_user_id(), current_project_id()
    )
    return {"fields": count}


@blueprint.put("/batches/<int:batch_id>/reservation")
@blueprint.operation("reserveBatch", Permission.SUPERVISE, Kind.BATCH)
@blueprint.arguments(Reservation)
@blueprint.response(204)
def reserve_batch(sent: Mapping[str, Any], batch_id: int) -> Any:
    """Hand what waits in a batch to one person alone from now on, or to everybody again."""
    if sent["user_id"] is None:
        team.keep_for_all(application(), batch_id, current_user_id())
        return
    holder = people.get_person(application(), sent["user_id"], listed_project_id())
    team.keep_for(application(), batch_id, holder.id, current_user_id())


@blueprint.post("/notes/<int:note_id>/answer")
@blueprint.operation("answerNote", Permission.SUPERVISE, Kind.NOTE)
@blueprint.arguments(Answer)
@blueprint.response(200, Note)
def answer_note(sent: Mapping[str, Any], note_id: int) -> Any:
    """Answer what somebody asks of a field; the field waits like all others again."""
    return _note(review_notes.resolve(application(), note_id, sent["answer"], current_user_id()))


@blueprint.post(RETURN)
@blueprint.operation("sendBack", Permission.SUPERVISE, Kind.SUBMISSION)
@blueprint.arguments(SentBackForm)
@blueprint.response(200, FieldCount)
def send_back(sent: Mapping[str, Any], submission_id: int) -> Any:
    """Let fields of a form wait for review again, with a note for who gets them."""
    text, names = sent["text"], sent["fields_"]
    return {
        "fields": returning.send_back(application(), submission_id, text, current_user_id(), names)
    }


@blueprint.delete(RETURN)
@blueprint.operation("takeBackReturn", Permission.SUPERVISE, Kind.SUBMISSION)
@blueprint.response(204)
def take_back_return(submission_id: int) -> Any:
    """Have what was sent back of a form, and not decided anew since, as it was before."""
    returning.take_back_return(application(), submission_id, current_user_id())


@blueprint.get(SAMPLE)
@blueprint.operation("getSample", Permission.SUPERVISE, Kind.BATCH)
@blueprint.response(200, Sample)
def get_sample(batch_id: int) -> Any:
    """See what the check of a random sample of accepted fields says of a batch."""
    return quality_samples.sample_status(application(), batch_id)


@blueprint.post(SAMPLE)
@blueprint.operation("drawSample", Permission.SUPERVISE, Kind.BATCH)
@blueprint.arguments(SampleSize)
@blueprint.response(200, Sample)
def draw_sample(sent: Mapping[str, Any], batch_id: int) -> Any:
    """Draw accepted fields at random, for people to check; what has been drawn stays."""
    return quality_samples.draw_sample(application(), batch_id, sent["size"], current_user_id())


def _note(note: ReviewNote) -> dict[str, Any]:
    """A note; what people write may quote a field that whoever asks is not to see."""
    told = {name: getattr(note, name) for name in Note().fields}
    if hides_sensitive():
        told |= {"text": HIDDEN, "answer": None if note.answer is None else HIDDEN}
    return told
