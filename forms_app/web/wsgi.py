"""The door for production servers: `gunicorn 'forms_app.web.wsgi:make_app()'`."""

from __future__ import annotations

from flask import Flask

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.logs import configure_logging
from forms_app.web import create_app


def make_app() -> Flask:
    """The web application, with settings from `FIELDHAND_*` variables."""
    settings = load_settings()
    configure_logging(settings)
    return create_app(bootstrap(settings))
