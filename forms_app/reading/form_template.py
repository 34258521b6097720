"""What a form template is, as plain frozen data; reading and writing its file is `templating`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from forms_app.reading.geometry import Box, bounding_box


class FieldKind(StrEnum):
    DIGITS = "digits"
    LETTERS = "letters"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MARK = "mark"
    CHOICE = "choice"
    CHOICES = "choices"
    SIGNATURE = "signature"
    IMAGE = "image"


class Layout(StrEnum):
    COMB = "comb"
    LINE = "line"


class Case(StrEnum):
    UPPER = "upper"
    LOWER = "lower"


WRITTEN_KINDS = frozenset(
    {FieldKind.DIGITS, FieldKind.LETTERS, FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE}
)
OPTION_KINDS = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


@dataclass(frozen=True, slots=True)
class Option:
    """One box of a choice; the field's value is the option's `value`."""

    value: str
    box: Box
    label: str = ""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a written value must satisfy; absent means anything goes.

    `minimum` and `maximum` come from the file's `range`: decimal numbers as text for digits and
    numbers, ISO dates for dates. `format` is the date format (`DDMMYYYY`, ...). `pattern` is a
    regular expression that the whole value must match.
    """

    required: bool = False
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    format: str | None = None
    check: str | None = None
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """A field on a template page (1-based `page`), boxes in that page's pixels.

    `layout` is set for written kinds only; `cells` holds one box per character of a comb, left to
    right; `options` is set for choice and choices only. `box` bounds the whole field. `second_key`:
    so much hangs on it that two people key it, however sure the machine is. `sensitive`: only those
    who may are shown it.
    """

    name: str
    page: int
    kind: FieldKind
    box: Box
    label: str = ""
    layout: Layout | None = None
    cells: tuple[Box, ...] = ()
    options: tuple[Option, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    second_key: bool = False
    sensitive: bool = False

    @property
    def is_written(self) -> bool:
        return self.kind in WRITTEN_KINDS

    @property
    def extent(self) -> Box:
        """Everything of this field on the page: box, cells and options."""
        return bounding_box([self.box, *self.cells, *(option.box for option in self.options)])


class RuleKind(StrEnum):
    """What a cross-field rule says of its fields; see `cross_rules`."""

    SUM = "sum"
    EQUAL = "equal"
    DATE_ORDER = "date_order"
    REQUIRED_IF = "required_if"


@dataclass(frozen=True, slots=True)
class CrossRule:
    """A rule over several fields, named by their names.

    `fields` are the addends of a sum, the fields that must be equal, the dates from the earliest
    to the latest, or the fields that are required. `total` is set for sums only; `condition`, for
    `required_if` only, is the field that decides, and `expected` the value it must have (None: any
    value, or a mark that is set).
    """

    name: str
    kind: RuleKind
    fields: tuple[str, ...]
    total: str | None = None
    condition: str | None = None
    expected: str | bool | None = None

    @property
    def involved(self) -> tuple[str, ...]:
        """Every field that the rule looks at."""
        others = (name for name in (self.total, self.condition) if name is not None)
        return (*self.fields, *others)


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """One page: the file of its blank image, which page of that file, and its size in pixels."""

    number: int
    width_px: int
    height_px: int
    image: str
    image_page: int = 1


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """A whole form template; field order is review and export order.

    `code` says what barcodes and QR codes on its pages hold (`page_codes.code_expression`).
    """

    name: str
    pages: tuple[TemplatePage, ...]
    fields: tuple[FormField, ...]
    rules: tuple[CrossRule, ...] = ()
    code: str | None = None

    def fields_on(self, page: int) -> tuple[FormField, ...]:
        return tuple(f for f in self.fields if f.page == page)

    def page(self, number: int) -> TemplatePage:
        return self.pages[number - 1]
