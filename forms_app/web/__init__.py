"""The web pages: `create_app` puts one blueprint for each use case onto one running application."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from jinja2 import StrictUndefined

import forms_app
from forms_app.reading.character_doubts import DOUBTFUL_BELOW, VERY_DOUBTFUL_BELOW
from forms_app.web import (
    account,
    accounts,
    audit,
    batch_templates,
    batches,
    deleted_pictures,
    deliveries,
    detection,
    drafts,
    draw,
    editor_json,
    erasures,
    errors,
    export_presets,
    exports,
    figures,
    formatting,
    gate,
    glyph_sheets,
    health,
    home,
    invitations,
    language,
    metrics,
    new_blanks,
    new_templates,
    observing,
    oidc,
    operations,
    pages,
    people,
    projects,
    publishing,
    retention,
    review,
    review_field,
    review_work,
    second_factor,
    security,
    seeing,
    sign_in,
    sources,
    team,
    telling,
    templates,
    tokens,
    tus,
    webhooks,
)
from forms_app.web.context import EXTENSION, shell_context

if TYPE_CHECKING:
    from forms_app.bootstrap import Application

__all__ = ["create_app"]

TEMPLATE_FOLDER = Path(forms_app.__file__).resolve().parent.parent / "templates"

# Each has a blueprint.
PAGES = (
    health,
    metrics,
    language,
    sign_in,
    oidc,
    second_factor,
    invitations,
    account,
    accounts,
    home,
    batches,
    batch_templates,
    pages,
    tus,
    export_presets,
    exports,
    figures,
    operations,
    webhooks,
    deliveries,
    audit,
    sources,
    retention,
    erasures,
    templates,
    new_templates,
    drafts,
    editor_json,
    publishing,
    new_blanks,
    detection,
    review,
    review_work,
    review_field,
    people,
    projects,
    team,
    glyph_sheets,
    draw,
    tokens,
)


def create_app(application: Application) -> Flask:
    """Build the Flask application over a wired `Application`.

    Args:
        application: what `bootstrap(settings)` returned; the pages reach it only by `services`.

    Returns:
        A WSGI application, safe to serve from several threads.
    """
    flask_app = Flask(__name__, template_folder=str(TEMPLATE_FOLDER))
    flask_app.extensions[EXTENSION] = application
    flask_app.jinja_env.undefined = StrictUndefined
    flask_app.jinja_env.trim_blocks = True
    flask_app.jinja_env.lstrip_blocks = True
    flask_app.jinja_env.globals["doubtful_below"] = DOUBTFUL_BELOW
    flask_app.jinja_env.globals["very_doubtful_below"] = VERY_DOUBTFUL_BELOW
    flask_app.context_processor(shell_context)
    security.install(flask_app, application.settings)
    observing.install(flask_app)
    gate.install(flask_app)
    errors.install(flask_app)
    deleted_pictures.install(flask_app)
    language.install(flask_app)
    formatting.install(flask_app)
    telling.install(flask_app)
    seeing.install(flask_app)
    for module in PAGES:
        flask_app.register_blueprint(module.blueprint)
    # Imported here: its modules need this package whole.
    from forms_app.api.installing import install as install_api

    install_api(flask_app, application.settings)
    return flask_app
