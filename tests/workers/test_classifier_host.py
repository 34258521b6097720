"""One classifier for a process, whoever asks first."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from forms_app.errors import ModelError
from forms_app.reading.classifier import Classifier, load_classifier
from workers.classifier_host import ClassifierHost


def test_threads_that_ask_at_once_share_one_load() -> None:
    loads = []

    def load() -> Classifier:
        loads.append(threading.get_ident())
        time.sleep(0.05)
        return load_classifier("litert")

    host = ClassifierHost(load)
    with ThreadPoolExecutor(8) as pool:
        classifiers = list(pool.map(lambda _: host(), range(8)))
    assert len(loads) == 1
    assert all(classifier is classifiers[0] for classifier in classifiers)


def test_a_load_that_failed_is_tried_again() -> None:
    outcomes = [ModelError("The model is damaged."), load_classifier("litert")]

    def load() -> Classifier:
        outcome = outcomes.pop(0)
        if isinstance(outcome, ModelError):
            raise outcome
        return outcome

    host = ClassifierHost(load)
    with pytest.raises(ModelError):
        host()
    assert host().engine == "litert"
