"""People, what they may do, projects, tokens."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import (
    LARGEST_ID,
    Given,
    Paging,
    Sent,
    described,
    list_of,
    row_id,
    word,
)
from forms_app.services.dto.accounts import Role
from forms_app.services.permissions import Permission

PERMISSIONS = tuple(Permission)
ROLES = tuple(Role)


class Me(Given):
    """Who asks, and what they may do here."""

    user_id = fields.Integer()
    user_name = fields.String()
    is_admin = fields.Boolean()
    project_id = fields.Integer()
    roles = fields.List(word(*ROLES), **described("In this project."))
    permissions = fields.List(word(*PERMISSIONS), **described("Here, with this token."))
    token_id = fields.Integer(allow_none=True)
    token_name = fields.String(allow_none=True)


class UserQuery(Paging):
    """Whom to list."""

    project_id = fields.Integer(
        validate=validate.Range(1, LARGEST_ID), **described("With a role in it.")
    )


class Membership(Given):
    """A role in a project."""

    project_id = fields.Integer()
    role = word(*ROLES)


class User(Given):
    """Somebody who works here."""

    id = fields.Integer()
    name = fields.String()
    login = fields.String(allow_none=True, **described("null: they cannot sign in."))
    is_admin = fields.Boolean()
    is_disabled = fields.Boolean()
    is_invited = fields.Boolean(**described("They have not chosen a password yet."))
    has_second_factor = fields.Boolean()
    memberships = fields.List(fields.Nested(Membership))
    last_seen_at = fields.DateTime(allow_none=True)


UserList = list_of(User, "UserList")


class SentMembership(Sent):
    """A role in a project."""

    project_id = row_id(required=True)
    role = word(*ROLES, required=True)


class Rights(Sent):
    """All that somebody is to be allowed; what is not named is taken away."""

    is_admin = fields.Boolean(load_default=False)
    memberships = fields.List(
        fields.Nested(SentMembership), load_default=list, validate=validate.Length(max=1000)
    )


class NewUser(Rights):
    """Somebody who is to work here."""

    name = fields.String(required=True, validate=validate.Length(1, 60))
    login = fields.String(required=True, validate=validate.Length(1, 200))


class InvitedUser(Given):
    """A new account, and the link with which its person chooses a password."""

    user_id = fields.Integer()
    name = fields.String()
    link = fields.String(**described("With which they choose a password; shown this once."))


class ChangedUser(Sent):
    """What is changed of somebody's account; what is not sent stays."""

    name = fields.String(validate=validate.Length(1, 60))
    is_disabled = fields.Boolean()


class Token(Given):
    """An API token without its secret."""

    id = fields.Integer()
    name = fields.String()
    user_id = fields.Integer()
    user_name = fields.String()
    project_id = fields.Integer()
    project_name = fields.String()
    scopes = fields.List(word(*PERMISSIONS))
    state = word("active", "expired", "revoked")
    created_at = fields.DateTime()
    expires_at = fields.DateTime(allow_none=True)
    last_used_at = fields.DateTime(allow_none=True)
    revoked_at = fields.DateTime(allow_none=True)


TokenList = list_of(Token, "TokenList")
