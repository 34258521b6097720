"""The classifier's door: shapes, calibration, damaged models, engines that agree."""

import json
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from forms_app.errors import ModelError
from forms_app.reading.classifier import (
    Charset,
    default_model_directory,
    gpu_expected,
    load_classifier,
)
from forms_app.reading.errors import ShapeError
from forms_app.reading.model_card import CARD_NAME
from forms_app.training.evaluate import evaluate_set
from forms_app.training.evaluation_data import EvaluationSet
from tests.shared_data import shared_data_dir


@pytest.fixture(scope="module")
def classifier():
    return load_classifier("litert")


@pytest.fixture
def copied_model(tmp_path):
    """A copy of the shipped model that a test may damage."""
    shutil.copytree(default_model_directory(), tmp_path / "model")
    return tmp_path / "model"


def some_glyphs(count: int) -> EvaluationSet:
    """A fixed sample of the ByClass test split."""
    with np.load(shared_data_dir() / "emnist_byclass_test.npz") as data:
        chosen = np.random.default_rng(5).permutation(len(data["labels"]))[:count]
        images, labels = data["images"][chosen], data["labels"][chosen]
    return EvaluationSet(images, labels, np.ones(count, bool))


def test_charset_ends_with_reject():
    charset = Charset("ab7")
    assert (charset.size, charset.reject_index, charset.index_of("7")) == (4, 3, 2)
    for unknown in ("x", "", "ab"):
        with pytest.raises(KeyError):
            charset.index_of(unknown)


def test_shipped_charset_has_letters_digits_and_common_marks(classifier):
    for character in "09AZaz.,-/:;'\"()+=#&%$?!*@":
        assert 0 <= classifier.charset.index_of(character) < classifier.charset.reject_index


def test_answers_are_log_probabilities(classifier):
    glyphs = np.random.default_rng(1).integers(0, 256, (37, 28, 28)).astype(np.uint8)
    log_p = classifier.classify(glyphs)
    assert log_p.shape == (37, classifier.charset.size) and log_p.dtype == np.float32
    np.testing.assert_allclose(np.exp(log_p).sum(1), 1.0, atol=1e-4)


def test_no_glyphs_give_no_answers(classifier):
    answers = classifier.classify(np.zeros((0, 28, 28), np.uint8))
    assert answers.shape == (0, classifier.charset.size)


def test_an_answer_does_not_depend_on_its_batch(classifier):
    glyphs = np.random.default_rng(2).integers(0, 256, (50, 28, 28)).astype(np.uint8)
    together = classifier.classify(glyphs)
    alone = np.concatenate([classifier.classify(glyph[None]) for glyph in glyphs])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 27), np.uint8),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros((1, 28, 28), np.float32),
    ],
)
def test_wrong_glyphs_are_refused_with_got_and_expected(classifier, wrong):
    with pytest.raises(ShapeError, match=r"got .* expected uint8"):
        classifier.classify(wrong)


def test_threads_share_one_classifier(classifier):
    rng = np.random.default_rng(3)
    parts = [rng.integers(0, 256, (20, 28, 28)).astype(np.uint8) for _ in range(4)]
    expected = [classifier.classify(part) for part in parts]
    answers: list[list[np.ndarray]] = [[] for _ in parts]

    def work(number: int) -> None:
        for _ in range(5):
            answers[number].append(classifier.classify(parts[number]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, answer in enumerate(answers):
        for result in answer:
            np.testing.assert_array_equal(result, expected[number])


def test_damaged_weights(copied_model):
    weights = copied_model / "glyphs.tflite"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(ModelError, match=r"glyphs\.tflite: damaged or exchanged weights"):
        load_classifier("litert", copied_model)


def test_missing_weights_and_missing_card(copied_model):
    (copied_model / "glyphs.tflite").unlink()
    with pytest.raises(ModelError, match=r"glyphs\.tflite"):
        load_classifier("litert", copied_model)
    (copied_model / CARD_NAME).unlink()
    with pytest.raises(ModelError, match="model card cannot be read"):
        load_classifier("litert", copied_model)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"characters": "abc"}, "the card's charset with reject has 4"),
        ({"characters": "aa"}, "names a character twice"),
        ({"format": "other/2"}, "expected 'fieldhand-model/1'"),
        ({"input": {"shape": [32, 32], "dtype": "uint8"}}, "this version hands it"),
        ({"engines": {}}, "lists no weights for engine"),
        ({"engines": {"litert": {"file": "glyphs.tflite"}}}, "lacks or misstates"),
    ],
)
def test_a_card_that_does_not_fit(copied_model, change, message):
    path = copied_model / CARD_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match=message):
        load_classifier("litert", copied_model)


def test_unknown_engine():
    with pytest.raises(ModelError, match="expected one of auto, litert, keras"):
        load_classifier("torch")


def test_reading_with_litert_never_imports_tensorflow():
    code = (
        "import sys, numpy as np\n"
        "from forms_app.reading.classifier import load_classifier\n"
        "load_classifier('litert').classify(np.zeros((1, 28, 28), np.uint8))\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules), 'imported'\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True
    )
    assert run.stderr == "", "LiteRT's own chatter must not mix with our messages"


def test_auto_takes_litert_without_a_gpu(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not gpu_expected()
    assert load_classifier("auto").engine == "litert"


def test_shipped_model_reads_digits(classifier):
    found = evaluate_set(some_glyphs(4000), "digits", classifier)
    assert found.n > 1800
    assert found.accuracy >= 0.99


def test_shipped_model_reads_capitals_and_letters_ignoring_case(classifier):
    samples = some_glyphs(4000)
    assert evaluate_set(samples, "upper", classifier).accuracy >= 0.96
    assert evaluate_set(samples, "alnum", classifier).accuracy_ignoring_case >= 0.88


def test_blots_and_boxes_are_rejected(classifier):
    frame = np.zeros((28, 28), np.uint8)
    frame[3:25, 3:25] = 255
    frame[5:23, 5:23] = 0
    frame[5:23, 9:10] = 255
    frame[5:23, 17:18] = 255
    answer = classifier.classify(frame[None]).argmax(1)
    assert answer[0] == classifier.charset.reject_index


@pytest.mark.tf
@pytest.mark.slow
def test_keras_and_litert_agree(classifier):
    samples = some_glyphs(1000)
    keras = load_classifier("keras")
    mine, theirs = classifier.classify(samples.images), keras.classify(samples.images)
    assert keras.charset == classifier.charset
    assert (mine.argmax(1) == theirs.argmax(1)).mean() >= 0.985
    assert np.abs(np.exp(mine) - np.exp(theirs)).mean() < 2e-3
