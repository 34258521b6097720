"""The web process of `serve`: waitress on a listening socket handed over by the supervisor."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.config.sign_in import with_sign_in_decided
from forms_app.embedded.components import READY_MARK
from forms_app.logs import configure_logging
from forms_app.metrics_folder import keep_in
from forms_app.web import create_app

THREADS = 8


def main() -> None:
    """Serve until SIGTERM."""
    import waitress

    settings = load_settings()
    configure_logging(settings)
    keep_in(Path(settings.metrics_dir))
    signal.signal(signal.SIGTERM, _leave)
    listening = socket.socket(fileno=int(sys.argv[1]))
    settings = with_sign_in_decided(settings, listening.getsockname()[0])
    server = waitress.create_server(
        create_app(bootstrap(settings)),
        sockets=[listening],
        threads=THREADS,
        # One request carries one file; the rest is multipart framing.
        max_request_body_size=(settings.max_file_mb + 1) * 2**20,
        ident="fieldhand",
        # That a request came through a proxy must stay visible: metrics_access.
        clear_untrusted_proxy_headers=False,
    )
    print(READY_MARK, flush=True)
    server.run()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # waitress closes its sockets and waits for its threads on SystemExit.
    raise SystemExit(0)


if __name__ == "__main__":
    main()
