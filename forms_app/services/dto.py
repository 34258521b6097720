"""What services hand out: frozen plain data, never database objects.

A `Value` is what a field holds: text, a truth value, several option values, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from forms_app.reading.types import Value

BoxPx = tuple[int, int, int, int]  # x, y, width, height


# --- form templates ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TemplatePageInfo:
    number: int
    width_px: int
    height_px: int
    blank_key: str
    source_name: str


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of a form template.

    `definition` is the template file's object without its images: `{"format", "name", "fields"}`.
    `revision` must be handed back to `save_draft`. `problems` are what hinders publishing.
    """

    id: int
    template_id: int
    name: str
    number: int
    state: str  # draft | published
    revision: int
    pages: tuple[TemplatePageInfo, ...]
    definition: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    updated_at: datetime | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateSummary:
    """A line in the list of templates, of its newest version; batches get the published one."""

    id: int
    name: str
    number: int
    state: str
    version_id: int
    draft_version_id: int | None
    published_version_id: int | None
    published_field_count: int
    published_page_count: int
    field_count: int
    page_count: int
    batches: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateJob:
    """Work around a template that a worker does; `result` is there once `state` is done.

    `kind`: registration | dry_run | blank. `state`: pending | done | failed. `steps_total` is 0
    until the work has begun; `page_hashes` are those of the images that came out of it, in order.
    """

    id: int
    kind: str
    version_id: int | None
    state: str
    request: Mapping[str, Any]
    steps_done: int
    steps_total: int
    result: Mapping[str, Any] | None
    error_message: str | None
    page_hashes: tuple[str, ...]


# --- batches and files ------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch in numbers. `fields` counts readings; `needs_review` those still open.

    `pages_failed` counts held pages too: nothing more can be done without a person.
    `failures` counts what a person has to settle: files that failed as a whole, and single failed
    pages of other files. `pages_queued` counts pages and missing pages in the page queue.
    `template_…` and `version_…` are of the first template, `templates` names them all
    (`Clinic intake v2`); with `takes_any` also those of other published templates are read.
    `state`: empty | reading | needs_review | done. `eta_s` is None when nothing is being read or
    nothing has been read yet to judge the pace by.
    """

    id: int
    name: str
    template_id: int
    template_name: str
    version_id: int
    version_number: int
    templates: tuple[str, ...]
    takes_any: bool
    created_at: datetime
    state: str
    files: int
    files_failed: int
    pages: int
    pages_read: int
    pages_failed: int
    pages_queued: int
    failures: int
    submissions: int
    submissions_done: int
    fields: int
    auto_accepted: int
    needs_review: int
    reviewed: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class PageFailure:
    page_id: int
    number: int
    error_code: str
    message: str
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class BatchName:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class FileSummary:
    """An uploaded file. `state`: uploaded | split | done | failed | duplicate.

    `already_in` is an earlier batch of the same form template with the same content, `archive` the
    ZIP that it came in; of a ZIP, `unpacked_files` says how many came out once all are.
    """

    id: int
    batch_id: int
    name: str
    size: int
    state: str
    page_count: int | None
    pages_read: int
    error_code: str | None
    error_message: str | None
    failed_pages: tuple[PageFailure, ...]
    duplicate_of: str | None
    created_at: datetime
    already_in: BatchName | None = None
    archive: str | None = None
    unpacked_files: int | None = None


@dataclass(frozen=True, slots=True)
class BatchDetail:
    summary: BatchSummary
    files: tuple[FileSummary, ...]
    exports: tuple[ExportInfo, ...]


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """`waiting_fields` over all batches, and the newest batches."""

    waiting_fields: int
    batches: tuple[BatchSummary, ...]


# --- review -----------------------------------------------------------------------------------
class ItemKey(NamedTuple):
    """A field of a submission."""

    submission_id: int
    field_name: str


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
    """`action`: confirm | correct | blank | unreadable."""

    action: str
    value: Value
    user_name: str
    decided_at: datetime


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


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """A cross-field rule on one form: `state` is holds | broken | unknown (a field is not read yet)
    | confirmed (broken, and a person has kept every value). `message` says why it is broken;
    `fields` are (name, label) of all that it looks at."""

    name: str
    state: str
    message: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A field in the review queue. `position` of `total` counts all fields of the batch that were
    flagged for review, decided or not; `open_count` those still open.

    `page_id` is None (and there is no crop) when the field's page is missing. `page_hash` is that
    of the aligned page, `crop_box_px` where the crop lies on it, `page_size_px` that page's (width,
    height).
    """

    key: ItemKey
    batch_id: int
    batch_name: str
    file_name: str
    submission_label: str
    current: FieldValue
    position: int
    total: int
    open_count: int
    page_id: int | None
    page_hash: str | None
    page_number: int | None
    page_size_px: tuple[int, int]
    crop_box_px: BoxPx
    residual_px: float | None
    rules: tuple[RuleCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemRef:
    key: ItemKey
    label: str
    submission_label: str
    state: str
    confidence: float


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """After a decision: what is left open in the submission and in the batch."""

    key: ItemKey
    state: str
    value: Value
    submission_state: str
    open_in_submission: int
    open_in_batch: int


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """One filled form. `state`: reading | needs_review | done. `pages` maps template page number
    to page id for the pages that are there."""

    id: int
    batch_id: int
    batch_name: str
    file_id: int
    file_name: str
    number: int
    label: str
    state: str
    pages: Mapping[int, int]
    fields: tuple[FieldValue, ...]
    rules: tuple[RuleCheck, ...] = ()


# --- exports ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ExportInfo:
    """`state`: pending | done | failed. `open_fields` were still unreviewed when it was built;
    `rule_breaks` forms broke a cross-field rule that no person had confirmed."""

    id: int
    batch_id: int
    format: str
    state: str
    row_count: int | None
    open_fields: int | None
    rule_breaks: int | None
    size: int | None
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None
