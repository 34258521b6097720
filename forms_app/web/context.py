"""What every page can reach: the wired application, who asks, and the shell's live count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, session

from forms_app.errors import NotFoundError
from forms_app.services import actors, batches, people
from forms_app.services.dto.actors import Actor
from forms_app.services.dto.people import LOCAL_USER_ID, Person

if TYPE_CHECKING:
    from forms_app.bootstrap import Application

EXTENSION = "fieldhand"
PERSON = "person"
PROJECT = "project"


def application() -> Application:
    """The application that this request is served for."""
    return cast("Application", current_app.extensions[EXTENSION])


def shell_context() -> dict[str, Any]:
    """What `base.html` needs: called by the page, so that error pages may leave it out."""
    return {
        "waiting_fields": waiting_fields,
        "current_actor": current_actor,
        "current_person": current_person,
        "known_people": known_people,
        "local_user_id": LOCAL_USER_ID,
    }


def current_actor() -> Actor:
    """Who asks, and in which project they work; found once for each request."""
    if "actor" not in g:
        g.actor = _local_actor()
    return cast(Actor, g.actor)


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


def waiting_fields() -> int:
    """How many fields wait for a person; asked once for each request."""
    if "waiting_fields" not in g:
        g.waiting_fields = batches.waiting_fields(application())
    return cast(int, g.waiting_fields)
