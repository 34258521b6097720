"""How plausible a row of letters is as a name or word, by its trigrams.

`HARDEN` and `HAROEN` may look alike; only one of them is how letters follow one another. The table
is made by `forms_app/training/letter_trigrams.py` from names and words of public lists. It weighs
readings of letters fields against each other and is only one voice: a letter that it prefers
against the ink is always reviewed (`doubts`).
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import ModelError

BOUNDARY = "^"
SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + BOUNDARY
_FILE = "letter_trigrams.npz"
# Log-probability of a letter in an average word: a longer reading is no worse for its length.
_AVERAGE = -math.log(11.0)


def letters_of(text: str) -> str:
    """The letters A-Z of a text in capitals; all else is left out."""
    return "".join(c for c in text.upper() if "A" <= c <= "Z")


def plausibility(text: str) -> float:
    """Log of how much likelier than an average row of letters a text is; 0 where it has none.

    Args:
        text: words parted by anything that is no letter; each counts by itself.
    """
    return math.fsum(_word(word) for word in _words(text))


def _words(text: str) -> list[str]:
    return "".join(c if "A" <= c <= "Z" else " " for c in text.upper()).split()


@lru_cache(maxsize=4096)
def _word(word: str) -> float:
    table = _table()
    at = [SYMBOLS.index(c) for c in BOUNDARY * 2 + word + BOUNDARY]
    steps = zip(at, at[1:], at[2:], strict=False)
    total = math.fsum(float(table[a, b, c]) for a, b, c in steps)
    return total - (len(word) + 1) * _AVERAGE


@lru_cache(maxsize=1)
def _table() -> NDArray[np.float16]:
    """`(27, 27, 27)` log-probabilities.

    Raises:
        ModelError: the shipped table is missing or damaged.
    """
    try:
        source = resources.files("forms_app.models").joinpath(_FILE)
        with source.open("rb") as file, np.load(file) as data:
            return np.asarray(data["log_probabilities"], np.float16)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"The letter table {_FILE} is damaged: {error}.") from error
