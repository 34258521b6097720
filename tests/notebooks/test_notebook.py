"""The notebook runs from top to bottom in a kernel of its own and shows what it promises."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

from tests.shared_data import shared_data_dir
from tests.training.small_data import make_small_data

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "character_recognition.ipynb"

pytestmark = [pytest.mark.tf, pytest.mark.slow]


def test_is_committed_without_outputs() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_runs_from_top_to_bottom(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    knobs = {
        "DATA": str(make_small_data(data)),
        "TEST": str(some_test_samples(tmp_path / "test.npz", 400)),
        "SAMPLES": 1_200,
        "EPOCHS": 1,
        "RUN": str(tmp_path / "run"),
    }
    run = executed(NOTEBOOK, knobs, tmp_path)
    texts = {cell.id: printed(cell) for cell in run.cells if cell.cell_type == "code"}
    pictures = {cell.id for cell in run.cells if cell.cell_type == "code" and drawings(cell)}
    assert {"data", "confusion", "reliability", "worst", "own"} == pictures
    assert "400 test samples" in texts["data"]
    shipped, mine = texts["evaluate"].splitlines()
    assert shipped.startswith("shipped") and "n 400" in shipped
    assert mine.startswith("trained here")
    assert "read as" in texts["confusion"]
    own = texts["own"].splitlines()[0].removeprefix("shipped").replace(" ", "")
    assert sum(a == b for a, b in zip(own, "2468ADKR", strict=True)) >= 7
    assert (tmp_path / "run" / "model" / "model_card.json").exists()


def some_test_samples(path: Path, count: int) -> Path:
    with np.load(shared_data_dir() / "emnist_byclass_test.npz") as data:
        images, labels = data["images"][:count], data["labels"][:count]
    np.savez(path, images=images, labels=labels)
    return path


def executed(path: Path, knobs: dict[str, object], folder: Path) -> NotebookNode:
    """Runs a notebook with other knobs; its kernel talks through files, not the network."""
    notebook = nbformat.read(path, as_version=4)
    place = next(
        number
        for number, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", [])
    )
    lines = [f"{name} = {value!r}" for name, value in knobs.items()]
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell("\n".join(lines)))
    files = Config(KernelManager={"transport": "ipc", "ip": str(folder / "kernel")})
    client = NotebookClient(
        notebook,
        config=files,
        kernel_name="python3",
        timeout=240,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


def printed(cell: NotebookNode) -> str:
    return "".join(out.text for out in cell.outputs if out.get("name") == "stdout")


def drawings(cell: NotebookNode) -> list[NotebookNode]:
    return [out for out in cell.outputs if "image/png" in out.get("data", {})]
