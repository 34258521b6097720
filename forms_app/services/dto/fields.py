"""A field of a filled form: what the template says of it, its reading, its decision.

A `Value` is what a field holds: text, a truth value, several option values, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.reading.types import Value

BoxPx = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One box of a choice; `box_px` lies on the template page."""

    value: str
    label: str
    box_px: BoxPx | None = None


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field as the reviewer needs it; `rule` says its constraints in words ('' when none).

    `box_px` and `cell_boxes_px` (one box per character of a comb) lie on the template page.
    """

    name: str
    label: str
    kind: str
    layout: str | None
    cells: int
    max_length: int | None
    required: bool
    rule: str
    options: tuple[OptionInfo, ...]
    template_page: int
    box_px: BoxPx
    cell_boxes_px: tuple[BoxPx, ...] = ()
    date_format: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CharacterInfo:
    """One character of the reading; `box_px` is relative to the crop image."""

    value: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]
    box_px: BoxPx | None
    cell: int | None


@dataclass(frozen=True, slots=True)
class ReadingInfo:
    value: Value
    outcome: str
    confidence: float
    needs_review: bool
    reasons: tuple[str, ...]
    alternatives: tuple[tuple[Value, float], ...]
    characters: tuple[CharacterInfo, ...]
    model_id: str


@dataclass(frozen=True, slots=True)
class DecisionInfo:
    """`action`: confirm | correct | blank | unreadable; `note` says why a rule was overridden."""

    id: int
    action: str
    value: Value
    user_name: str
    decided_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a newer model than the one whose reading was decided says, where it says otherwise."""

    model_id: str
    value: Value
    outcome: str
    confidence: float


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of a submission as it now stands.

    `value` is the decision's where there is one, else the reading's. `state`: open (a person must
    look) | accepted (by the policy) | decided (by a person). `provenance`: machine | confirmed |
    corrected. `outcome` follows the decision too: an emptied field is `blank`.
    """

    field: FieldInfo
    value: Value
    outcome: str
    state: str
    provenance: str
    reading: ReadingInfo
    decision: DecisionInfo | None
    proposal: Proposal | None = None
