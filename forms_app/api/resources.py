"""All blueprints of the API, in the order in which they are told of."""

from __future__ import annotations

from forms_app.api import (
    batches,
    deliveries,
    export_choices,
    exports,
    figures,
    files,
    links,
    operations,
    pages,
    people,
    projects,
    records,
    retention,
    submissions,
    team,
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
    team.blueprint,
    links.blueprint,
    exports.blueprint,
    export_choices.blueprint,
    deliveries.blueprint,
    figures.blueprint,
    people.blueprint,
    projects.blueprint,
    webhooks.blueprint,
    retention.blueprint,
    records.blueprint,
    operations.blueprint,
)
