"""One line per event: readable on a terminal, JSON where a collector reads it."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog

from forms_app.config import load_settings
from forms_app.logs import configure_logging


def test_a_line_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings({}, data_dir=tmp_path))
    structlog.get_logger("forms_app.trial").warning("work put off", page_id=3, code="full")
    logging.getLogger("another").info("%d rows", 5)
    logging.getLogger("another").debug("unseen")
    first, second = capsys.readouterr().err.splitlines()
    assert first.partition(" ")[2] == "WARNING forms_app.trial: work put off page_id=3 code=full"
    assert second.partition(" ")[2] == "INFO another: 5 rows"


def test_a_line_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings({}, data_dir=tmp_path, log_format="json"))
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("forms_app.trial").exception("failed", page_id=3)
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["page_id"]) == ("failed", "error", 3)
    assert "ValueError: broken" in event["exception"]
    assert event["at"].endswith("Z")


def test_libraries_that_tell_everything_are_quiet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(load_settings({}, data_dir=tmp_path, log_level="debug"))
    logging.getLogger("celery.app.trace").info("Task succeeded")
    logging.getLogger("PIL.TiffImagePlugin").debug("tag")
    logging.getLogger("waitress.queue").warning("Task queue depth is 1")
    logging.getLogger("celery.app.trace").error("Task failed")
    assert capsys.readouterr().err.count("\n") == 1
