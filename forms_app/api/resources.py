"""All blueprints of the API, in the order in which they are told of."""

from __future__ import annotations

from forms_app.api import (
    batches,
    export_choices,
    exports,
    figures,
    files,
    operations,
    pages,
    people,
    projects,
    records,
    submissions,
    templates,
    uploads,
    versions,
    webhooks,
)

BLUEPRINTS = (
    templates.blueprint,
    versions.blueprint,
    batches.blueprint,
    files.blueprint,
    uploads.blueprint,
    pages.blueprint,
    submissions.blueprint,
    exports.blueprint,
    export_choices.blueprint,
    figures.blueprint,
    people.blueprint,
    projects.blueprint,
    webhooks.blueprint,
    records.blueprint,
    operations.blueprint,
)
