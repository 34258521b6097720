"""What every page can reach: the wired application and the shell's live count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, session

from forms_app.errors import NotFoundError
from forms_app.services import batches, people
from forms_app.services.dto.people import LOCAL_USER_ID, Person

if TYPE_CHECKING:
    from forms_app.bootstrap import Application

EXTENSION = "fieldhand"
PERSON = "person"


def application() -> Application:
    """The application that this request is served for."""
    return cast("Application", current_app.extensions[EXTENSION])


def shell_context() -> dict[str, Any]:
    """What `base.html` needs: called by the page, so that error pages may leave it out."""
    return {
        "waiting_fields": waiting_fields,
        "current_person": current_person,
        "known_people": known_people,
        "local_user_id": LOCAL_USER_ID,
    }


def current_person() -> Person:
    """Who this browser has said that it is used by; asked once for each request."""
    if "person" not in g:
        try:
            g.person = people.get_person(application(), session.get(PERSON, LOCAL_USER_ID))
        except NotFoundError:
            g.person = people.get_person(application(), LOCAL_USER_ID)
    return cast(Person, g.person)


def current_user_id() -> int:
    """The id that decisions of this request are kept under."""
    return current_person().id


def use_person(person: Person) -> None:
    """From now on this browser is used by `person`."""
    session[PERSON] = person.id
    session.permanent = True
    g.person = person


def known_people() -> tuple[Person, ...]:
    """Everybody who has said their name here."""
    return people.list_people(application())


def waiting_fields() -> int:
    """How many fields wait for a person; asked once for each request."""
    if "waiting_fields" not in g:
        g.waiting_fields = batches.waiting_fields(application())
    return cast(int, g.waiting_fields)
