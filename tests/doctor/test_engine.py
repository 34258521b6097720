"""The setting `engine` against what is there; GPUs as `nvidia-smi` tells of them."""

from __future__ import annotations

import pytest

from forms_app.config import Settings
from forms_app.doctor.engine import (
    Machine,
    check_engine,
    check_engine_installed,
    judge_card,
    judge_engine,
    parse_cards,
)
from forms_app.reading.classifier import gpu_present
from tests.doctor.asking import by_name

TOLD = "NVIDIA H100 80GB HBM3, 550.54.15, 81559, 80994\nNVIDIA T4, 550.54.15, 15360, 300\n"


@pytest.mark.parametrize(
    ("engine", "machine", "verdict", "said"),
    [
        ("litert", Machine(True, "2.21.0", None), "ok", "on the CPU"),
        ("auto", Machine(False, "", None), "ok", "no GPU"),
        ("auto", Machine(False, "2.21.0", None), "ok", "no GPU"),
        ("auto", Machine(True, "2.21.0", 2), "ok", "sees 2 GPUs"),
        ("auto", Machine(True, "", None), "warning", "fieldhand[gpu]"),
        ("auto", Machine(True, "2.21.0", 0), "warning", "does not see it"),
        ("keras", Machine(True, "2.21.0", 1), "ok", "sees 1 GPU."),
        ("keras", Machine(True, "2.21.0", None), "warning", "does not see it"),
        ("keras", Machine(False, "2.21.0", None), "warning", "slow without one"),
        ("keras", Machine(False, "", None), "failed", "fieldhand[train]"),
        ("keras", Machine(True, "", None), "failed", "fieldhand[gpu]"),
    ],
)
def test_what_the_setting_asks_for_must_be_there(
    engine: str, machine: Machine, verdict: str, said: str
) -> None:
    found = judge_engine(engine, machine)
    assert (found.verdict, said in found.sentences) == (verdict, True)


def test_cards_are_told_of_with_their_memory() -> None:
    large, small = parse_cards(TOLD + "garbage\n")
    assert judge_card(large).verdict == "ok" and "driver 550.54.15" in judge_card(large).said
    assert judge_card(small).verdict == "warning" and "300 of 15,360 MB" in judge_card(small).said


@pytest.mark.skipif(gpu_present(), reason="there is a GPU, which takes TensorFlow seconds to see")
def test_this_machine_is_asked(settings: Settings) -> None:
    assert by_name(check_engine(settings))["engine"].verdict == "ok"
    assert by_name(check_engine_installed(settings))["engine"].verdict == "ok"
