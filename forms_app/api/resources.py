"""All blueprints of the API, in the order in which they are told of."""

from __future__ import annotations

from forms_app.api import (
    batches,
    exports,
    figures,
    files,
    operations,
    pages,
    people,
    submissions,
    templates,
    uploads,
    versions,
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
    figures.blueprint,
    people.blueprint,
    operations.blueprint,
)
