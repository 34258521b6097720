"""All blueprints of the API, in the order in which they are told of."""

from __future__ import annotations

from forms_app.api import (
    batches,
    exports,
    files,
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
    submissions.blueprint,
    exports.blueprint,
)
