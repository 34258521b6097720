"""What administrators and supervisors do through the API, for the scenario."""

from __future__ import annotations

from forms_app.services import review, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey
from forms_app.services.loading import load
from forms_app.store.models import LOCAL_USER_ID, FileRow
from forms_app.store.states import FileState
from tests.api.program import new_token
from tests.api.recorder import Recorder
from tests.factories import make_submission, reading


def people(api: Recorder, app: Application) -> None:
    user = {
        "name": "Ada Berg",
        "login": "ada",
        "memberships": [{"project_id": 1, "role": "reviewer"}],
    }
    user_id = api.do("inviteUser", body=user).get_json()["user_id"]
    api.do("listUsers")
    api.do("getUser", user_id)
    rights = {"memberships": [{"project_id": 1, "role": "supervisor"}]}
    api.do("setRights", user_id, body=rights)
    api.do("resetPassword", user_id)
    api.do("endSessions", user_id)
    api.do("removeSecondFactor", user_id)
    api.do("unlinkUser", user_id)
    api.do("changeUser", user_id, body={"is_disabled": True})
    project_id = api.do("createProject", body={"name": "North"}).get_json()["id"]
    api.do("listProjects")
    api.do("getProject", project_id)
    api.do("renameProject", project_id, body={"name": "North and east"})
    api.do("archiveProject", project_id)
    api.do("bringBackProject", project_id)
    api.do("listTokens")
    new_token(app)
    api.do("revokeToken", 2)


def webhooks(api: Recorder) -> None:
    wanted = {
        "name": "Accounting",
        "url": "https://accounting.example.org/hooks",
        "events": ["submission.done"],
    }
    made = api.do("createWebhook", body=wanted)
    api.examples["createWebhook"]["response"]["secret"] = "whsec_SECRET"
    endpoint_id = made.get_json()["endpoint"]["id"]
    api.do("listWebhooks")
    api.do("getWebhook", endpoint_id)
    api.do("changeWebhook", endpoint_id, body=wanted | {"include_values": True})
    api.do("rotateWebhookSecret", endpoint_id)
    api.examples["rotateWebhookSecret"]["response"]["secret"] = "whsec_SECRET"
    api.do("pingWebhook", endpoint_id)
    deliveries = api.do("listWebhookDeliveries", endpoint_id).get_json()["items"]
    for kept in api.examples["listWebhookDeliveries"]["response"]["items"]:
        kept["key"] = "KEY"
    api.do("redeliverWebhook", endpoint_id, deliveries[0]["id"])
    api.do("redeliverDeadWebhooks", endpoint_id)
    api.do("switchWebhook", endpoint_id, body={"is_enabled": False})
    api.do("deleteWebhook", endpoint_id)


def deliveries(api: Recorder, template_id: int) -> None:
    [place] = api.do("listDeliveryPlaces").get_json()["items"]
    wanted = {"name": "For accounting", "rhythm": "day", "place": place, "folder": "2026"}
    made = api.do("createDelivery", body=wanted | {"template_id": template_id, "format": "xlsx"})
    delivery_id = made.get_json()["id"]
    run = api.do("deliverNow", delivery_id).get_json()
    api.do("getDelivery", delivery_id)
    api.do("listDeliveries")
    api.do("listDeliveryRuns", delivery_id)
    api.do("retryDeliveryRun", run["id"])
    api.do("changeDelivery", delivery_id, body={"is_paused": True})
    api.do("deleteDelivery", delivery_id)


def records(api: Recorder, app: Application, batch_id: int) -> None:
    [source] = api.do("listSources").get_json()["items"]
    api.do("forgetSource", source["id"])
    form_id = make_submission(app, batch_id, (reading("surname", "MILLER"),), "friday.png")
    api.do("eraseSubmission", form_id, body={"reason": "Asked for by the person."})
    [erasure] = api.do("listErasures").get_json()["items"]
    api.do("getErasure", erasure["id"])
    [listed] = api.examples["listErasures"]["response"]["items"]
    answers = (api.examples[name]["response"] for name in ("eraseSubmission", "getErasure"))
    for erased in (listed, *answers):
        erased["certificate"] = {"format": erased["certificate"]["format"]}
    retention(api)
    api.do("listEvents", query="?verb=decide&limit=2")
    for kept in api.examples["listEvents"]["response"]["items"]:
        kept["request_id"] = "0123456789abcdef"


def retention(api: Recorder) -> None:
    wanted = {"scans_days": 365, "crops_days": 365, "exports_days": 30}
    api.do("previewRetention", body=wanted)
    api.do("setRetention", body=wanted)
    api.do("getRetention")
    api.do("listDeletions")


def team(api: Recorder, app: Application, batch_id: int, form_id: int) -> None:
    """Reviewed by several people."""
    accepted = make_submission(app, batch_id, (reading("surname", "MILLER"),), "wednesday.png")
    api.do("drawSample", batch_id, body={"size": 10})
    api.do("getSample", batch_id)
    note = review_notes.refer(app, ItemKey(form_id, "number"), "Is this a 1?", LOCAL_USER_ID)
    review.decide(app, accepted, "surname", "correct", "MILLAR")
    text = "The name is on the back, too."
    api.do("sendBack", accepted, body={"text": text, "fields": ["surname"]})
    api.do("getTeam", query=f"?batch_id={batch_id}")
    api.do("takeBackReturn", accepted)
    api.do("answerNote", note.id, body={"answer": "Yes."})
    api.do("reserveBatch", batch_id, body={"user_id": LOCAL_USER_ID})
    api.do("reserveBatch", batch_id, body={"user_id": None})
    api.do("takeFieldsAway", body={"user_id": LOCAL_USER_ID})


def work(api: Recorder, app: Application, batch_id: int, file_id: int) -> None:
    """Stuck, and gone on with."""
    api.do("requeueStage", body={"stage": "read"})
    with app.session() as session:
        load(session, FileRow, file_id).state = FileState.UPLOADED
    api.do("stopWork", body={"subject": "file", "id": file_id, "reason": "Not ours."})
    api.do("retryFailed", batch_id, body={"subject": "file", "code": "stopped"})
