"""One line per event on stderr, with ids and without any personal data or field value."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from forms_app.config import Settings

REQUEST_ID = "request_id"
"""The key of a request's id in lines of the log, and in the headers of the tasks that it sends."""

# They tell of every message at level info.
QUIETED = (
    "PIL",
    "alembic",
    "celery.app.trace",
    "celery.beat",
    "celery.worker.request",
    "celery.worker.strategy",
    "kombu",
)
SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.processors.format_exc_info,
)


def configure_logging(settings: Settings) -> None:
    """Send structlog and the standard library's loggers through one formatter."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(settings.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIETED:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    # It warns whenever a browser asks for more pictures at once than there are threads.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _renderer(log_format: str) -> Processor:
    return structlog.processors.JSONRenderer() if log_format == "json" else _render_line


def _render_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """`TIME LEVEL logger: what happened id=1`, then the traceback if there is one."""
    values: dict[str, Any] = dict(event)
    at, level, name = values.pop("at"), values.pop("level").upper(), values.pop("logger")
    text, trace = values.pop("event"), values.pop("exception", None)
    details = "".join(f" {key}={value}" for key, value in values.items())
    return f"{at} {level} {name}: {text}{details}" + (f"\n{trace}" if trace else "")
