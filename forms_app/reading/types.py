"""Plain data handed from stage to stage.

Images are `uint8` arrays `(height, width)`: `grey` pages are dark ink on light paper (0 black),
`ink` images are bright ink on 0. `chroma` images `(h, w, 2)` hold the colours beside a grey page at
half its resolution: Cb and Cr of JFIF, `NEUTRAL` where there is no colour. Pixels are of the
template page unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box

GreyImage = NDArray[np.uint8]
InkImage = NDArray[np.uint8]
ChromaImage = NDArray[np.uint8]
NEUTRAL = 128
LogProbabilities = NDArray[np.float32]
Value = str | bool | tuple[str, ...] | None


class Outcome(StrEnum):
    """What the machine found; never confused with one another."""

    READ = "read"
    BLANK = "blank"
    STRUCK_OUT = "struck_out"
    UNREADABLE = "unreadable"
    MISSING_PAGE = "missing_page"


def is_empty(value: Value, outcome: str) -> bool:
    """Whether a field is known to hold nothing: data says "" then, and null for what is unknown."""
    return value is None and outcome == Outcome.BLANK


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of an uploaded file, as decoded: grey `(H, W)`; `number` counts from 1.

    `chroma` is None where the page has no colours or nobody asked for them.
    """

    source: str
    number: int
    grey: GreyImage
    dpi: float | None = None
    chroma: ChromaImage | None = None


@dataclass(frozen=True, slots=True)
class AlignedPage:
    """A scan laid onto template page `template_page`: `grey` has exactly the template's size.

    `grey` is what is read: where the form's print has a colour that the ink has not, it is left out
    (`drop_out`).

    `homography` (3, 3) float64 maps pixels of the upright scan to template pixels, before the
    local refinement. `quarter_turns` counts the 90-degree counter-clockwise turns (np.rot90) that
    made the scan upright. `residual_px` is the page's registration residual (95th percentile of
    what is left after refinement), `field_residuals_px` the same near each field by name.
    """

    template_page: int
    grey: GreyImage
    homography: NDArray[np.float64]
    quarter_turns: int
    residual_px: float
    field_residuals_px: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldCrop:
    """One field cut from an aligned page.

    `grey` `(h, w)` is what a person sees. `ink` `(h, w)` is the writing alone: the blank's
    printed ink is removed, strokes that cross a printed line are kept whole, paper is 0.
    `origin_px` is the page position of the crop's top left pixel; boxes in `cells` and `options`
    are relative to the crop. `printed` `(h, w)` is the blank's own ink in the same place, shading
    apart. `is_hidden`: the scan shows shading as dark as ink, so nobody can see what is written.
    """

    name: str
    grey: GreyImage
    ink: InkImage
    printed: InkImage
    origin_px: tuple[int, int]
    box: Box
    cells: tuple[Box, ...] = ()
    options: tuple[Box, ...] = ()
    is_hidden: bool = False


class InkState(StrEnum):
    """What a cell or box holds before any character is recognised."""

    EMPTY = "empty"
    WRITTEN = "written"
    STRUCK_OUT = "struck_out"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character candidate: an edge of the segmentation lattice from node `start` to `end`.

    `image` is `(28, 28)` in EMNIST framing, `box` its ink in crop pixels. `relative_height` and
    `relative_bottom` place the ink within the writing line or cell (1.0 = full height / bottom).
    `log_prior` is the segmenter's own opinion of this cut (0 for comb cells). `beside` is the
    share of a comb cell's ink that stands beside its character with paper between (0 to 0.5).
    """

    image: NDArray[np.uint8]
    box: Box
    start: int
    end: int
    relative_height: float
    relative_bottom: float
    log_prior: float = 0.0
    beside: float = 0.0


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The lattice of one written field: nodes 0..`node_count`-1, every path reads left to right.

    A comb of n cells has n + 1 nodes and one glyph per written cell; `cell_states` says what each
    cell holds and its empty cells are the nodes' gaps. A line has one state. `is_scrawled`: a line
    looks like one over which a zigzag runs; whether it is struck out, its legibility tells.
    `perhaps_struck`: glyphs of a comb whose character may be struck out.
    """

    state: InkState
    glyphs: tuple[Glyph, ...]
    node_count: int
    cell_states: tuple[InkState, ...] = ()
    gaps: tuple[int, ...] = ()
    is_scrawled: bool = False
    perhaps_struck: int = 0


@dataclass(frozen=True, slots=True)
class MarkReading:
    """One tick box: `probability` that a person meant to choose it; `state` of its ink."""

    probability: float
    state: InkState
    fill: float


@dataclass(frozen=True, slots=True)
class CharacterReading:
    """One character of the best value, its probability and the runners-up at this place.

    `box` is in crop pixels; None where the character stands for an empty cell.
    """

    value: str
    probability: float
    alternatives: tuple[tuple[str, float], ...] = ()
    box: Box | None = None
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """The n-best values of one written field, best first, with probabilities that sum to <= 1.

    `satisfied` says whether the best value meets all of the field's constraints;
    `unconstrained` is what the classifier alone would have said (to notice forced readings).
    """

    outcome: Outcome
    value: str
    candidates: tuple[tuple[str, float], ...]
    characters: tuple[CharacterReading, ...]
    satisfied: bool
    problems: tuple[str, ...] = ()
    unconstrained: str = ""
    reject_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What the machine says of one field: the unit that is stored, reviewed and exported.

    `reasons` are sentences for a person; empty when nothing is doubtful.
    """

    name: str
    value: Value
    outcome: Outcome
    confidence: float
    needs_review: bool
    reasons: tuple[str, ...] = ()
    alternatives: tuple[tuple[Value, float], ...] = ()
    characters: tuple[CharacterReading, ...] = ()
    residual_px: float | None = None


@dataclass(frozen=True, slots=True)
class PageReading:
    """All fields of one aligned page, in the template's order."""

    template_page: int
    fields: tuple[FieldReading, ...]
