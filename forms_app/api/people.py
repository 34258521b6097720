"""Who asks; and for administrators all people, with what they may do in which project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import url_for

from forms_app.api.authentication import bearer
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.people import (
    ChangedUser,
    InvitedUser,
    Me,
    NewUser,
    Rights,
    TokenList,
    User,
    UserList,
    UserQuery,
)
from forms_app.services import (
    account_changes,
    accounts,
    api_tokens,
    oidc_accounts,
    second_factor,
)
from forms_app.services.dto.accounts import Account, Invited, Role
from forms_app.services.permissions import Permission, permissions_of
from forms_app.web.browser_sessions import whole_address
from forms_app.web.context import application, current_actor, current_user_id

USER = "/users/<int:user_id>"

blueprint = ApiBlueprint("people", "Who asks, and who else works here.")


@blueprint.get("/me")
@blueprint.operation("getMe", None)
@blueprint.response(200, Me)
def get_me() -> Any:
    """See whose token this is, in which project, and what it may do."""
    actor, token = current_actor(), bearer()
    return {
        "user_id": actor.user_id,
        "user_name": actor.name,
        "is_admin": actor.is_admin,
        "project_id": actor.project_id,
        "roles": sorted(actor.roles.get(actor.project_id, ())),
        "permissions": sorted(permissions_of(actor, actor.project_id)),
        "token_id": token.token_id if token else None,
        "token_name": token.token_name if token else None,
    }


@blueprint.get("/tokens")
@blueprint.operation("listTokens", None)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, TokenList)
def list_tokens(paging: Mapping[str, Any]) -> Any:
    """List the API tokens of the person who asks, the newest first, without their secrets."""
    found = api_tokens.list_tokens(application(), current_user_id())
    rest = [each for each in found if not paging["after"] or each.id < paging["after"]]
    return stretch(rest, paging["limit"])


@blueprint.delete("/tokens/<int:token_id>")
@blueprint.operation("revokeToken", None)
@blueprint.response(204)
def revoke_token(token_id: int) -> Any:
    """Let nobody in with a token any more; it may be the one that asks."""
    api_tokens.revoke_token(application(), token_id, current_actor())


@blueprint.get("/users")
@blueprint.operation("listUsers", Permission.ADMINISTER)
@blueprint.arguments(UserQuery, location="query")
@blueprint.response(200, UserList)
def list_users(asked: Mapping[str, Any]) -> Any:
    """List everybody who works here, or has a role in one project."""
    found = sorted(accounts.list_accounts(application()), key=lambda account: account.id)
    project_id = asked.get("project_id")
    rest = [
        _user(each)
        for each in found
        if each.id > asked["after"] and (project_id is None or project_id in each.roles)
    ]
    return stretch(rest, asked["limit"], key=lambda user: user["id"])


@blueprint.post("/users")
@blueprint.operation("inviteUser", Permission.ADMINISTER)
@blueprint.arguments(NewUser)
@blueprint.response(201, InvitedUser)
def invite_user(sent: Mapping[str, Any]) -> Any:
    """Make an account, and a link with which its person chooses a password."""
    made = accounts.invite(
        application(),
        sent["name"],
        sent["login"],
        _roles(sent),
        sent["is_admin"],
        current_user_id(),
    )
    return _linked(made), 201, {"Location": url_for(".get_user", user_id=made.user_id)}


@blueprint.get(USER)
@blueprint.operation("getUser", Permission.ADMINISTER)
@blueprint.response(200, User)
def get_user(user_id: int) -> Any:
    """Look at somebody's account."""
    return _user(accounts.get_account(application(), user_id))


@blueprint.patch(USER)
@blueprint.operation("changeUser", Permission.ADMINISTER)
@blueprint.arguments(ChangedUser)
@blueprint.response(200, User)
def change_user(sent: Mapping[str, Any], user_id: int) -> Any:
    """Rename somebody, or disable or enable their account."""
    if "name" in sent:
        account_changes.rename(application(), user_id, sent["name"], current_user_id())
    if "is_disabled" in sent:
        change = account_changes.disable if sent["is_disabled"] else account_changes.enable
        change(application(), user_id, current_user_id())
    return _user(accounts.get_account(application(), user_id))


@blueprint.put(f"{USER}/rights")
@blueprint.operation("setRights", Permission.ADMINISTER)
@blueprint.arguments(Rights)
@blueprint.response(200, User)
def set_rights(sent: Mapping[str, Any], user_id: int) -> Any:
    """Say all that somebody may do; it holds from their next request on."""
    account_changes.set_roles(
        application(), user_id, _roles(sent), sent["is_admin"], current_user_id()
    )
    return _user(accounts.get_account(application(), user_id))


@blueprint.post(f"{USER}/end-sessions")
@blueprint.operation("endSessions", Permission.ADMINISTER)
@blueprint.response(204)
def end_sessions(user_id: int) -> Any:
    """Sign somebody out everywhere; their tokens go on."""
    account_changes.end_sessions(application(), user_id, current_user_id())


@blueprint.post(f"{USER}/password-link")
@blueprint.operation("resetPassword", Permission.ADMINISTER)
@blueprint.response(200, InvitedUser)
def reset_password(user_id: int) -> Any:
    """Make a link with which somebody chooses a new password; the old one counts until then."""
    return _linked(accounts.reset_password(application(), user_id, current_user_id()))


@blueprint.delete(f"{USER}/second-factor")
@blueprint.operation("removeSecondFactor", Permission.ADMINISTER)
@blueprint.response(204)
def remove_second_factor(user_id: int) -> Any:
    """Take the second factor of somebody who has lost their device off; a password is enough."""
    second_factor.switch_off(application(), user_id, current_user_id())


@blueprint.delete(f"{USER}/provider-link")
@blueprint.operation("unlinkUser", Permission.ADMINISTER)
@blueprint.response(204)
def unlink_user(user_id: int) -> Any:
    """Forget whom the OpenID Connect provider knows somebody as."""
    oidc_accounts.unlink(application(), user_id, current_user_id())


def _linked(invited: Invited) -> dict[str, Any]:
    link = whole_address("invitations.show", token=invited.token)
    return {"user_id": invited.user_id, "name": invited.name, "link": link}


def _roles(sent: Mapping[str, Any]) -> list[tuple[int, Role]]:
    return [(each["project_id"], Role(each["role"])) for each in sent["memberships"]]


def _user(account: Account) -> dict[str, Any]:
    roles = [
        {"project_id": project_id, "role": role}
        for project_id, held in sorted(account.roles.items())
        for role in sorted(held)
    ]
    return asdict(account) | {"memberships": roles}
