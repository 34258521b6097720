"""Every language is complete, and its compiled catalogues are what the package carries."""

from __future__ import annotations

from tools import translations


def test_every_word_is_translated_and_compiled() -> None:
    faults = list(translations.faults())
    assert not faults, "run `make translations`, then translate:\n" + "\n".join(faults)
