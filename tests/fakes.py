"""Fakes for the ports to the world (not mocks: they behave)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app import queues
from forms_app.errors import BrokerUnavailableError
from forms_app.services.alignment import align_page
from forms_app.services.application import Application
from forms_app.services.assembly import assemble_file
from forms_app.services.delivery_running import deliver_export
from forms_app.services.export_building import build_export
from forms_app.services.reading import read_pages
from forms_app.services.splitting import split_file


class RecordingTaskSender:
    """Keeps what is sent; `is_down` makes it refuse as a stopped broker does."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, tuple[int, ...]]] = []
        self.is_down = False

    def send(self, name: str, *args: int) -> None:
        if self.is_down:
            raise BrokerUnavailableError("The message broker does not answer.")
        self.sent.append((name, args))

    def take(self) -> list[tuple[str, tuple[int, ...]]]:
        """What was sent since the last call."""
        taken, self.sent = self.sent, []
        return taken


@contextmanager
def with_recorded_tasks(app: Application) -> Iterator[Application]:
    """`app` with a recording task sender; its connections are given back at the end."""
    try:
        yield replace(app, tasks=RecordingTaskSender())
    finally:
        app.close()


def run_sent_tasks(app: Application, stop_before: str | None = None) -> None:
    """Does what the workers would, in this process, until nothing is sent any more.

    Tasks called `stop_before` are left out.
    """
    sender = app.tasks
    assert isinstance(sender, RecordingTaskSender)
    services = {
        queues.SPLIT_FILE: split_file,
        queues.ALIGN_PAGE: align_page,
        queues.ASSEMBLE_FILE: assemble_file,
        queues.BUILD_EXPORT: build_export,
        queues.DELIVER_EXPORT: deliver_export,
    }
    while taken := sender.take():
        for name, args in taken:
            if name == stop_before:
                continue
            if name == queues.READ_PAGES:
                read_pages(app, app.settings.read_batch_pages)
            else:
                services[name](app, *args)


class FailingDevice:
    """A Keras model on a device that fails: it raises TensorFlow's own errors, else it answers.

    Batches of more than `room` glyphs find no memory. `is_gone` makes every call fail.
    """

    def __init__(self, model: Any) -> None:
        self.room = 1 << 30
        self.is_gone = False
        self.sizes: list[int] = []
        self._model = model

    def predict_on_batch(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """As Keras's model."""
        import tensorflow as tf

        self.sizes.append(len(batch))
        if self.is_gone:
            raise tf.errors.InternalError(None, None, "CUDA_ERROR_ECC_UNCORRECTABLE")
        if len(batch) > self.room:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        answers: NDArray[np.float32] = self._model.predict_on_batch(batch)
        return answers
