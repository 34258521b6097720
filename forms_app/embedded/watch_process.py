"""The watching process of `serve`, for the folder of the settings."""

from __future__ import annotations

import logging
import signal
from pathlib import Path
from threading import Event

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.embedded.components import READY_MARK
from forms_app.errors import UserError
from forms_app.logs import configure_logging
from forms_app.metrics_folder import keep_in
from forms_app.origins import Origin, Source, comes_from
from forms_app.services.application import Application
from forms_app.services.projects import project_called
from forms_app.services.watching import WatchPlan, watch
from forms_app.store.models import MAIN_PROJECT_ID

logger = logging.getLogger(__name__)

# A share that is not mounted yet is waited for.
ABSENT_PAUSE_S = 30.0


def main() -> None:
    """Watch until SIGTERM."""
    settings = load_settings()
    configure_logging(settings)
    keep_in(Path(settings.metrics_dir))
    comes_from(Origin(Source.WORKER))
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print(READY_MARK, flush=True)
    app = bootstrap(settings)
    try:
        while not stop.is_set():
            try:
                watch(app, _plan(app), stop, logger.info, logger.warning)
            except UserError as error:
                logger.warning("%s", error.message)
                stop.wait(ABSENT_PAUSE_S)
    finally:
        app.close()


def _plan(app: Application) -> WatchPlan:
    """What the settings say.

    Raises:
        NotFoundError: There is no such project (yet).
    """
    settings = app.settings
    project = settings.watch_project
    return WatchPlan(
        Path(settings.watch_folder).expanduser().absolute(),
        settings.watch_template,
        settings.watch_batch,
        project_id=project_called(app, project) if project else MAIN_PROJECT_ID,
    )


if __name__ == "__main__":
    main()
