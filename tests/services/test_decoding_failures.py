"""Pages that the process which opens scans does not survive fail alone, with a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.config import Settings, load_settings
from forms_app.errors import ConfigurationError, UserError
from forms_app.reading.errors import OpenerUnavailableError
from forms_app.services import page_queue, retries, templates
from forms_app.services.application import Application
from forms_app.services.images import decode_grey, scan_opener
from forms_app.services.splitting import split_file
from tests import factories
from tests.fakes import run_sent_tasks
from tests.reading.file_bytes import pdf_of_images
from tests.reading.poison_files import crashing_pdf, joined_pdf
from tests.services.meanwhile import pages_of, states

CRASHED = "Page {} of {} made the program that opens scans crash, twice."


@pytest.fixture
def small(app: Application) -> Application:
    """Pages may have so few pixels that 700 MB of memory are enough."""
    return replace(app, settings=replace(app.settings, max_page_megapixels=10))


def test_a_page_that_crashes_the_decoder_fails_and_no_other(small: Application) -> None:
    batch = factories.make_batch(small)
    form = pdf_of_images([decode_grey(factories.draw_blank())], 100)
    stack = joined_pdf([form, crashing_pdf(), form])
    factories.upload(small, batch.id, stack, "stack.pdf")
    run_sent_tasks(small)
    found = [(page.state, page.error_code, page.attempts) for page in pages_of(small)]
    assert found == [("read", None, 0), ("failed", "opener_crashed", 1), ("read", None, 0)]
    [waiting] = page_queue.get_queue(small, batch.id).pages
    assert (waiting.number, waiting.reason) == (2, "opener_crashed")
    assert waiting.message.startswith(CRASHED.format(2, "stack.pdf"))

    # Another try is offered, as the limits may have been raised meanwhile.
    retries.retry_page(small, waiting.page_id)
    assert pages_of(small)[1].attempts == 0


def test_a_blank_that_crashes_the_decoder_makes_no_template(small: Application) -> None:
    with pytest.raises(UserError, match=CRASHED.format(1, "poison.pdf")):
        templates.create_template(small, "Poison", crashing_pdf(), "poison.pdf")
    assert templates.list_templates(small) == []


def test_a_process_that_does_not_start_costs_no_attempt(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(app)
    file = factories.upload(app, batch.id, factories.draw_blank(), "scan.tiff")
    # Limits that no other test has: so is the process.
    app = replace(app, settings=replace(app.settings, decoder_memory_mb=5432))
    with monkeypatch.context() as patched, pytest.raises(OpenerUnavailableError):
        patched.setattr("sys.executable", "/bin/false")
        split_file(app, file.id)
    run_sent_tasks(app)
    assert states(app) == (["read"], ["needs_review"], ["done"])
    assert [page.attempts for page in pages_of(app)] == [0]


def test_memory_must_suffice_for_the_pages_that_are_accepted(tmp_path: Path) -> None:
    """pdfium leaves pictures out where it does not, and says nothing."""

    def memory_mb(**given: int) -> int:
        return scan_opener(load_settings({}, data_dir=tmp_path, **given)).limits.memory_mb

    assert memory_mb() == 5100
    assert memory_mb(max_page_megapixels=10) == 700
    assert memory_mb(decoder_memory_mb=8000) == 8000
    with pytest.raises(ConfigurationError, match="decoder_memory_mb must be at least 5,100"):
        memory_mb(decoder_memory_mb=1000)


def test_two_tries_fit_into_a_lease(settings: Settings) -> None:
    def seconds(**changed: int) -> float:
        return scan_opener(replace(settings, **changed)).limits.seconds

    assert seconds() == 30
    assert seconds(lease_seconds=10) == 3
    assert seconds(decoder_seconds=300) == 36
