"""The gate before every page: who may ask for it, and of which project it is.

The table is in `gate_rules`. All ids of a request have to lead to one project: it is what the
request is of, wherever the person has worked until then; without an id it is the one that they work
in. What belongs to a project that they may not know of is answered like what does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flask import Flask, current_app, request

from forms_app.errors import ForbiddenError
from forms_app.services.permissions import Permission, permissions_of, require
from forms_app.services.project_of import Kind, missing, project_of
from forms_app.web.context import application, current_actor, use_actor, use_project
from forms_app.web.gate_kinds import KIND_IN_ADDRESS, KIND_OF
from forms_app.web.gate_rules import PUBLIC, RULES, SIGNED_IN, Rule

CLOSED = "Nobody has said yet who may open this page, so it stays closed."
NO_PROJECT = "You belong to no project yet. Ask whoever runs Fieldhand to add you to one."


def install(flask_app: Flask) -> None:
    """Let nothing through but what the table allows; after `security`."""
    flask_app.before_request(_check)


def require_here(permission: Permission) -> None:
    """Nothing, if who asks may do that in the project of this request.

    Raises:
        ForbiddenError: They may not.
    """
    actor = current_actor()
    if not permissions_of(actor, actor.project_id):
        raise ForbiddenError(NO_PROJECT)
    require(actor, permission, actor.project_id)


def may_here(permission: str) -> bool:
    """Whether who asks may do that in the project of this request; for pages."""
    actor = current_actor()
    return Permission(permission) in permissions_of(actor, actor.project_id)


def _check() -> None:
    """Refuse the request, or find out which project it is of.

    Raises:
        ForbiddenError: The person may see the project, but not do this.
        NotFoundError: An id leads nowhere, or into a project that they may not know of.
    """
    # An address that leads nowhere is refused by Flask, in its own words.
    if request.endpoint is None or request.endpoint in PUBLIC:
        return
    # Each operation of the API says for itself who may ask, and checks it (`api/declaring`).
    blueprint = current_app.blueprints.get(request.blueprint or "")
    if getattr(blueprint, "checks_who_asks", False):
        return
    current_actor()
    if request.endpoint in SIGNED_IN:
        return
    rule = RULES.get(request.endpoint)
    if rule is None:
        raise ForbiddenError(CLOSED)
    # What administrators do is of all projects: they are asked for that first.
    if rule.permission is not Permission.ADMINISTER:
        _enter(rule)
    require_here(rule.permission)


def _enter(rule: Rule) -> None:
    """Work in the project that the ids of the request lead to."""
    actor, entered = current_actor(), None
    for kind, row_id in _ids(rule):
        project_id = project_of(application(), kind, row_id)
        if entered is None and permissions_of(actor, project_id):
            entered = project_id
        if project_id != entered:
            raise missing(kind)
    if entered is None or entered == actor.project_id:
        return
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        # Whoever follows a link into another project of theirs goes on there.
        use_project(entered)
    use_actor(replace(actor, project_id=entered))


def _ids(rule: Rule) -> Iterator[tuple[Kind, int | str]]:
    """The ids that the request names: those of its address first."""
    for name, value in (request.view_args or {}).items():
        if name in KIND_IN_ADDRESS:
            yield KIND_IN_ADDRESS[name], value
    for name in rule.query:
        if (row_id := request.args.get(name, type=int)) is not None:
            yield KIND_OF[name], row_id
    if not rule.body:
        return
    sent = request.get_json(silent=True)
    for name in rule.body:
        if isinstance(sent, Mapping) and isinstance(sent.get(name), int):
            yield KIND_OF[name], sent[name]
        for row_id in request.form.getlist(name, type=int):
            yield KIND_OF[name], row_id
