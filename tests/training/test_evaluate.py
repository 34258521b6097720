"""Evaluation: charsets, case, every kind of data set, and clear refusals."""

import cv2
import numpy as np
import pytest

from forms_app.errors import DatasetError
from forms_app.reading.classifier import Charset, load_classifier
from forms_app.training.evaluate import evaluate, evaluate_set
from forms_app.training.evaluation_data import EvaluationSet, load_evaluation_set
from tests.shared_data import shared_data_dir
from tests.training.test_idx_files import write_idx


class WrittenAnswers:
    """A classifier whose answer is written into the glyph: class in its first pixel."""

    engine, model_id = "fake", "fake"

    def __init__(self, characters: str) -> None:
        self.charset = Charset(characters)

    def classify(self, glyphs):
        scores = np.full((len(glyphs), self.charset.size), -9.0, np.float32)
        scores[np.arange(len(glyphs)), glyphs[:, 0, 0]] = -0.01
        scores[:, 0] = np.maximum(scores[:, 0], -4.0)
        return scores


def answered(characters: str, labels: str, answers: str, known: bool = True) -> EvaluationSet:
    """Samples with these labels for which the classifier above gives these answers."""
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0] = [characters.index(answer) for answer in answers]
    return EvaluationSet(images, np.array(list(labels)), np.full(len(labels), known))


def test_accuracy_with_and_without_case():
    samples = answered("1aAbB", "aAbB1", "aabA1")
    found = evaluate_set(samples, None, WrittenAnswers("1aAbB"))
    assert (found.n, found.accuracy, found.accuracy_ignoring_case) == (5, 0.6, 0.8)
    assert set(found.as_json()) == {"n", "accuracy", "accuracy_ignoring_case", "interval95"}
    low, high = found.as_json()["interval95"]
    assert 0 < low < 0.6 < high < 1


def test_unknown_case_is_met_by_either():
    samples = answered("aAbB", "AAB", "aAb", known=False)
    assert evaluate_set(samples, None, WrittenAnswers("aAbB")).accuracy == 1.0


def test_charset_restricts_samples_and_answers():
    samples = answered("1aA7", "1aA7", "AAA7")
    found = evaluate_set(samples, "digits", WrittenAnswers("1aA7"))
    assert (found.n, found.accuracy) == (2, 1.0), "an A cannot be answered among digits"
    with pytest.raises(DatasetError, match="unknown charset 'runes'"):
        evaluate_set(samples, "runes", WrittenAnswers("1aA7"))


def test_idx_folder_and_npz_and_labelled_images_agree(tmp_path):
    with np.load(shared_data_dir() / "emnist_byclass_test.npz") as data:
        images, labels = data["images"][:200], data["labels"][:200]
    digits = np.isin(labels, list("0123456789"))
    images, labels = images[digits], labels[digits]
    np.savez(tmp_path / "some.npz", images=images, labels=labels)
    idx = tmp_path / "idx"
    idx.mkdir()
    turned = images.transpose(0, 2, 1)
    write_idx(idx / "emnist-digits-test-images-idx3-ubyte.gz", turned)
    write_idx(idx / "emnist-digits-test-labels-idx1-ubyte.gz", [int(label) for label in labels])
    folder = tmp_path / "pictures"
    folder.mkdir()
    lines = ["file,character"]
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        large = cv2.resize(255 - image, (140, 140), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{number}.png"), large)
        lines.append(f"{number}.png,{label}")
    (folder / "labels.csv").write_text("\n".join(lines))
    classifier = load_classifier("litert")
    found = [evaluate(path, "digits", classifier) for path in (tmp_path / "some.npz", idx, folder)]
    assert {one.n for one in found} == {int(digits.sum())}
    assert found[0] == found[1]
    assert all(one.accuracy >= 0.95 for one in found)


def test_mnist_npz_gives_its_test_part():
    samples = load_evaluation_set(shared_data_dir() / "mnist.npz")
    assert samples.images.shape == (10_000, 28, 28)


def test_refusals_name_the_file(tmp_path):
    classifier = WrittenAnswers("1aA7")
    cases = {
        "absent.npz": "no such file or folder",
        "text.npz": "cannot read this data set",
        "empty": "holds neither labels.csv nor IDX or .mat",
        "picture.gif": "not a data set that Fieldhand knows",
        "wrong.npz": "expected arrays images and labels",
        "shape.npz": "expected uint8 \\(N, 28, 28\\)",
        "greek.npz": "no sample has a label of the charset",
        "bad": "entry 1 is not",
        "gone": "no readable image",
    }
    (tmp_path / "text.npz").write_text("hello")
    (tmp_path / "picture.gif").write_text("GIF")
    for name in ("empty", "bad", "gone"):
        (tmp_path / name).mkdir()
    (tmp_path / "bad" / "labels.csv").write_text("file,character\na.png,ab\n")
    (tmp_path / "gone" / "labels.csv").write_text("a.png,a\n")
    np.savez(tmp_path / "wrong.npz", x=np.zeros(3))
    np.savez(tmp_path / "shape.npz", images=np.zeros((2, 9, 9)), labels=np.array(["a", "b"]))
    np.savez(tmp_path / "greek.npz", images=np.zeros((1, 28, 28), np.uint8), labels=np.array(["λ"]))
    for name, message in cases.items():
        with pytest.raises(DatasetError, match=message) as caught:
            evaluate(tmp_path / name, None, classifier)
        assert name in str(caught.value)
