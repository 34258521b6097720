"""The GPU runs out of memory, or goes away and comes back, in the middle of a batch.

The network, Keras and TensorFlow's errors are the real ones; only the device's answer is made up.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from forms_app import metrics
from forms_app.errors import EngineLostError
from forms_app.instruments import Instrument, registry
from forms_app.reading.classifier import NetworkClassifier, load_classifier
from forms_app.reading.keras_engine import CPU_SIZES, KerasEngine
from forms_app.services.application import Application
from forms_app.services.classifier_host import TRIED_AGAIN_AFTER_S, ClassifierHost
from forms_app.services.reading import read_pages
from forms_app.store.models import ModelVersionRow, PageRow, ReadingRow, SubmissionFieldRow
from tests.fakes import FailingDevice
from tests.services.aligned_pages import put_numbered
from tests.services.meanwhile import pages_of, states

pytestmark = pytest.mark.tf


@dataclass
class Machine:
    """Loads classifiers; those of Keras on a device that can fail, and a clock to turn."""

    keras: NetworkClassifier
    device: FailingDevice
    loaded: list[str] = field(default_factory=list)
    is_taken: bool = False
    now_s: float = 0.0

    def load(self, engine: str) -> NetworkClassifier:
        self.loaded.append(engine)
        if engine == "keras" and self.is_taken:
            raise EngineLostError("Another process has all memory of the GPU.", "memory")
        return self.keras if engine == "keras" else load_classifier(engine)

    def host(self) -> ClassifierHost:
        return ClassifierHost(self.load, "keras", lambda: self.now_s)


@pytest.fixture(scope="module")
def keras() -> tuple[NetworkClassifier, KerasEngine, Any]:
    classifier = load_classifier("keras")
    engine = classifier._network
    assert isinstance(engine, KerasEngine)
    return classifier, engine, engine._model


@pytest.fixture
def machine(keras: tuple[NetworkClassifier, KerasEngine, Any]) -> Machine:
    classifier, engine, model = keras
    engine._sizes = CPU_SIZES
    engine._model = FailingDevice(model)
    return Machine(classifier, engine._model)


def glyphs(count: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(count).integers(0, 256, (count, 28, 28)).astype(np.uint8)


def value_of(instrument: Instrument, **labels: str) -> float:
    return registry().get_sample_value(instrument.full_name, labels) or 0.0


def fallbacks() -> float:
    return value_of(metrics.ENGINE_FALLBACKS, engine="keras", reason="device")


def engines_of(app: Application) -> dict[int, set[str]]:
    """Which engines each page's readings are said to be of."""
    with app.session() as session:
        rows = session.execute(
            select(ReadingRow.page_id, ModelVersionRow.engine).join(
                ModelVersionRow, ModelVersionRow.id == ReadingRow.model_version_id
            )
        ).all()
    return {page: {engine for owner, engine in rows if owner == page} for page, _ in rows}


def test_few_batch_sizes_reach_the_device(machine: Machine) -> None:
    for count in (1, 5, 16, 17, 100, 256, 257, 300):
        assert machine.keras.classify(glyphs(count)).shape[0] == count
    assert set(machine.device.sizes) <= set(CPU_SIZES)
    assert machine.device.sizes[-2:] == [256, 64]


def test_batches_are_halved_when_memory_is_short(machine: Machine) -> None:
    some = glyphs(300)
    whole = machine.keras.classify(some)
    machine.device.room, machine.device.sizes = 100, []
    np.testing.assert_allclose(machine.keras.classify(some), whole, atol=1e-4)
    # For good, so that memory is not tried in vain each time.
    assert machine.device.sizes == [256, 128, 64, 64, 64, 64, 64]
    machine.device.room = 15
    with pytest.raises(EngineLostError, match="ResourceExhausted") as lost:
        machine.keras.classify(some)
    assert lost.value.reason == "memory"


def test_a_fault_of_ours_is_no_lost_device(machine: Machine) -> None:
    import tensorflow as tf

    def refuse(_: object) -> None:
        raise tf.errors.InvalidArgumentError(None, None, "no such shape")

    machine.device.predict_on_batch = refuse  # type: ignore[assignment, method-assign]
    with pytest.raises(tf.errors.InvalidArgumentError):
        machine.keras.classify(glyphs(1))


def test_the_cpu_goes_on_with_the_same_batch_and_the_gpu_is_tried_again(
    app: Application, machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    app = replace(app, classifier=machine.host())
    before = fallbacks()
    first = put_numbered(app, 2)
    assert read_pages(app, 8) == 2
    machine.device.is_gone = True
    second = put_numbered(app, 3)
    assert read_pages(app, 8) == 3
    assert states(app)[0] == ["read"] * 5
    assert [page.attempts for page in pages_of(app)] == [0] * 5
    by_engine = {page_id: {"keras"} for page_id in first} | {page: {"litert"} for page in second}
    assert engines_of(app) == by_engine
    assert (fallbacks() - before, value_of(metrics.GPU_AVAILABLE)) == (1, 0)

    machine.now_s += TRIED_AGAIN_AFTER_S
    app.classifier()
    machine.now_s += TRIED_AGAIN_AFTER_S - 1
    assert app.classifier().engine == "litert"
    machine.device.is_gone = False
    machine.now_s += 1
    third = put_numbered(app, 1)
    assert read_pages(app, 8) == 1
    assert engines_of(app)[third[0]] == {"keras"}
    assert fallbacks() - before == 1
    assert machine.loaded == ["keras", "litert", "keras", "keras"]
    assert caplog.text.count("the GPU is lost: reading goes on with the CPU") == 1
    assert "CUDA_ERROR_ECC_UNCORRECTABLE" in caplog.text
    assert caplog.text.count("the GPU reads again") == 1


def test_a_gpu_that_cannot_be_had_at_the_start_is_tried_again(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.is_taken = True
    host = machine.host()
    assert [host().engine for _ in range(3)] == ["litert"] * 3
    assert machine.loaded == ["keras", "litert"]
    machine.is_taken = False
    machine.now_s += TRIED_AGAIN_AFTER_S
    assert host().engine == "keras"
    # Here it is the CPU that TensorFlow reads with, which nobody wants by mistake.
    assert machine.keras.gpu_memory_bytes() == {}
    assert "TensorFlow sees no GPU" in caplog.text
    assert value_of(metrics.GPU_AVAILABLE) == 0


def test_readings_do_not_double_when_the_engine_changes(app: Application, machine: Machine) -> None:
    """What counts for a field is what the last engine read."""
    app = replace(app, classifier=machine.host())
    [page_id] = put_numbered(app, 1)
    read_pages(app, 8)
    with app.session() as session:
        session.get_one(PageRow, page_id).state = "aligned"
    machine.device.is_gone = True
    assert read_pages(app, 8) == 1
    assert engines_of(app) == {page_id: {"keras", "litert"}}
    with app.session() as session:
        counting = session.scalars(
            select(ModelVersionRow.engine)
            .join(ReadingRow, ReadingRow.model_version_id == ModelVersionRow.id)
            .join(SubmissionFieldRow, SubmissionFieldRow.reading_id == ReadingRow.id)
        ).all()
    assert set(counting) == {"litert"}
