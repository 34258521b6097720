"""Projects."""

from __future__ import annotations

from marshmallow import fields, validate

from forms_app.api.shapes.base import Given, Sent, described, list_of


class ProjectName(Sent):
    """What a project is called."""

    name = fields.String(required=True, validate=validate.Length(1, 200))


class Project(Given):
    """What separates templates, batches and people."""

    id = fields.Integer()
    name = fields.String()
    created_at = fields.DateTime()
    archived_at = fields.DateTime(allow_none=True, **described("Nobody works in it since."))
    templates = fields.Integer()
    batches = fields.Integer()
    people = fields.Integer(**described("With a role in it."))


ProjectList = list_of(Project, "ProjectList")
