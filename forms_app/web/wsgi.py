"""The door for production servers: `gunicorn 'forms_app.web.wsgi:make_app()'`."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.config.sign_in import with_sign_in_decided
from forms_app.logs import configure_logging
from forms_app.metrics_folder import keep_in
from forms_app.web import create_app


def make_app() -> Flask:
    """The web application, with settings from `FIELDHAND_*` variables."""
    # Where this server can be reached from, only whoever starts it knows.
    settings = with_sign_in_decided(load_settings(), listens_on=None)
    configure_logging(settings)
    keep_in(Path(settings.metrics_dir))
    return create_app(bootstrap(settings))
