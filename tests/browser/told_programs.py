"""Programs that are told of events, for pages to show: one that cannot be reached."""

from __future__ import annotations

from forms_app.services import webhooks
from forms_app.services.application import Application
from forms_app.services.dto.webhooks import EndpointWish, EventKind
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID

# A name of this machine: looked up without a network, and refused when it is.
NOWHERE = "http://localhost:9/"


def tell_a_program(app: Application) -> int:
    """An endpoint with a ping that fails; returns its id."""
    wish = EndpointWish("Archiv", NOWHERE, [EventKind.EXPORT_FINISHED])
    made = webhooks.create_endpoint(app, MAIN_PROJECT_ID, wish, LOCAL_USER_ID)
    webhooks.ping(app, made.endpoint.id, LOCAL_USER_ID)
    return made.endpoint.id
