"""Puts the API onto the application of the pages."""

from __future__ import annotations

from flask import Flask

from forms_app.api import links, reference
from forms_app.api.limits import EXTENSION, Limits
from forms_app.api.resources import BLUEPRINTS
from forms_app.config import Settings
from forms_app.web.security import csrf


def install(flask_app: Flask, settings: Settings) -> None:
    """Register every operation, and the pages that tell of them."""
    flask_app.extensions[EXTENSION] = Limits(settings)
    for blueprint in BLUEPRINTS:
        # Programs have no page with a token in it, and send no cookies that could be misused.
        csrf.exempt(blueprint)
        flask_app.register_blueprint(blueprint)
    flask_app.register_blueprint(reference.blueprint)
    flask_app.register_blueprint(links.followed)
