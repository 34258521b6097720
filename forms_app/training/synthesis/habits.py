"""How the people of the benchmark write: mostly neatly, some large, leaning, tiny or pale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forms_app.training.synthesis.filling import Hand, pick_hand
from forms_app.training.synthesis.people import BorrowingWriter, People

# Share of people with each habit; one person may have several.
LARGE, CROWDING, CORNER, PALE = 0.10, 0.08, 0.06, 0.07
MARKS = {"cross": 0.45, "tick": 0.25, "fill": 0.12, "dot": 0.08, "dash": 0.1}


def pick_habits(people: People, rng: np.random.Generator) -> tuple[Hand, tuple[str, ...]]:
    """Somebody with a pen, a size, a place in the cell and a way to mark boxes.

    Returns the hand and its traits: the data set it comes from, and what is unusual about it.
    """
    traits = []
    hand = replace(
        pick_hand(people, rng),
        mark_style=str(rng.choice(list(MARKS), p=list(MARKS.values()))),
        sloppiness=float(rng.uniform(0.02, 0.08)),
    )
    if rng.random() < LARGE:
        hand = replace(hand, size=float(rng.uniform(0.9, 1.15)), widest=1.1)
        traits.append("large")
    elif rng.random() < CORNER:
        aside = rng.uniform(-0.22, 0.22, 2)
        hand = replace(hand, size=float(rng.uniform(0.36, 0.48)), aside=(aside[0], aside[1]))
        traits.append("small, aside")
    if rng.random() < CROWDING:
        hand = replace(hand, widest=float(rng.uniform(1.15, 1.3)))
        traits.append("crowding")
    if rng.random() < PALE:
        hand = replace(hand, darkness=int(rng.integers(125, 160)))
        traits.append("pale")
    if isinstance(hand.writer, BorrowingWriter):
        traits.insert(0, hand.writer.source)
    return hand, tuple(traits)
