"""What every page can reach: the wired application, who asks, and the shell's live count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, request, session

from forms_app.errors import NotFoundError
from forms_app.metrics_access import FORWARDING_HEADERS
from forms_app.services import accounts, actors, batches, people, sign_in_sessions
from forms_app.services.dto.accounts import Project
from forms_app.services.dto.actors import Actor
from forms_app.services.dto.people import LOCAL_USER_ID, Person
from forms_app.services.permissions import may
from forms_app.sign_in_errors import NotSignedInError
from forms_app.web import gate_rules

if TYPE_CHECKING:
    from forms_app.bootstrap import Application

EXTENSION = "fieldhand"
PERSON = "person"
PROJECT = "project"
SIGNED_IN = "signed_in"
# What is reached from the menu behind the person's name: blueprint, endpoint of its entry there.
MENU_PLACES = {
    "account": "account.show",
    "accounts": "accounts.index",
    "api_reference": "api_reference.docs",
    "deliveries": "deliveries.index",
    "erasures": "erasures.index",
    "projects": "projects.index",
    "retention": "retention.index",
    "second_factor": "account.show",
    "sources": "sources.index",
    "tokens": "tokens.index",
    "webhooks": "webhooks.index",
}
# Sent by pages that are open, whether somebody sits before them or not.
SENT_UNASKED = frozenset({"review_work.stay", "editor.presence"})


def application() -> Application:
    """The application that this request is served for."""
    return cast("Application", current_app.extensions[EXTENSION])


def menu_place() -> str | None:
    """The entry of the menu behind the person's name that the page belongs to, by its endpoint."""
    return MENU_PLACES.get(request.blueprint or "")


def shell_context() -> dict[str, Any]:
    """What `base.html` needs: called by the page, so that error pages may leave it out."""
    return {
        "waiting_fields": waiting_fields,
        "known_actor": known_actor,
        "must_sign_in": must_sign_in,
        "may_open": may_open,
        "menu_place": menu_place,
        "my_projects": my_projects,
        "current_person": current_person,
        "known_people": known_people,
        "local_user_id": LOCAL_USER_ID,
    }


def must_sign_in() -> bool:
    """Whether people have to sign in; where not, whoever reaches the pages may do everything."""
    sign_in = application().settings.sign_in
    if sign_in == "auto":
        # Only this computer gets at the pages, but for a proxy on it that asks for others.
        return any(name in request.headers for name in FORWARDING_HEADERS)
    return sign_in == "required"


def current_actor() -> Actor:
    """Who asks, and in which project they work; found once for each request.

    Raises:
        NotSignedInError: They have to sign in first.
    """
    actor = known_actor()
    if actor is None:
        raise NotSignedInError("You are not signed in, or your session has ended; sign in first.")
    return actor


def known_actor() -> Actor | None:
    """The same; None where they have not signed in."""
    if "actor" not in g:
        g.actor = _signed_in_actor() if must_sign_in() else _local_actor()
    actor: Actor | None = g.actor
    return actor


def use_actor(actor: Actor) -> None:
    """This request is somebody's who is known by other means than a session, as by a token.

    It has to be said before anything asks for the actor.
    """
    g.actor = actor


def current_project_id() -> int:
    """The project that this request's lists show and its new things belong to."""
    return current_actor().project_id


def use_project(project_id: int) -> None:
    """From now on this browser works in that project, if its person has a part in it."""
    session[PROJECT] = project_id
    g.pop("actor", None)


def current_user_id() -> int:
    """The id that decisions of this request are kept under."""
    return current_actor().user_id


def current_person() -> Person:
    """The same as others see them."""
    actor = current_actor()
    return Person(actor.user_id, actor.name, actor.user_id == LOCAL_USER_ID)


def _signed_in_actor() -> Actor | None:
    key = session.get(SIGNED_IN)
    if not isinstance(key, str):
        return None
    return sign_in_sessions.find(application(), key, session.get(PROJECT), _is_use())


def _is_use() -> bool:
    """Whether a person does something, rather than a page that looks for what is new."""
    is_script = "HX-Request" in request.headers or "X-Requested-With" in request.headers
    return not (is_script and request.method == "GET") and request.endpoint not in SENT_UNASKED


def _local_actor() -> Actor:
    project_id = session.get(PROJECT)
    try:
        return actors.local_actor(application(), session.get(PERSON, LOCAL_USER_ID), project_id)
    except NotFoundError:
        return actors.local_actor(application(), LOCAL_USER_ID, project_id)


def use_person(person: Person) -> None:
    """From now on this browser is used by `person`."""
    session[PERSON] = person.id
    session.permanent = True
    g.pop("actor", None)


def known_people() -> tuple[Person, ...]:
    """Everybody who has said their name here."""
    return people.list_people(application())


def may_open(endpoint: str) -> bool:
    """Whether a menu leads whoever asks there; looks nothing up, so that error pages may ask."""
    if not must_sign_in():
        return True
    actor: Actor | None = g.get("actor")
    if actor is None or endpoint in gate_rules.SIGNED_IN:
        return actor is not None
    rule = gate_rules.RULES.get(endpoint)
    return rule is not None and may(actor, rule.permission, actor.project_id)


def my_projects() -> tuple[Project, ...]:
    """The open projects that whoever asks has a part in, by name."""
    actor = current_actor()
    projects = accounts.list_open_projects(application())
    return tuple(each for each in projects if actor.is_admin or each.id in actor.roles)


def waiting_fields() -> int:
    """How many fields wait for a person; asked once for each request."""
    if "waiting_fields" not in g:
        g.waiting_fields = batches.waiting_fields(application(), current_project_id())
    return cast(int, g.waiting_fields)
