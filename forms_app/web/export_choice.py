"""The form of the export page: from what was sent to a choice, and what it shows of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from forms_app.services.dto.export_choices import ExportChoice, ExportColumn, day_from_text
from forms_app.services.dto.export_offers import OfferedField, OfferedTemplate

FLAGS = (
    "outcomes",
    "confidences",
    "provenance",
    "finished_only",
    "typed",
    "file_each",
    "hide_sensitive",
)
# What follows the name of a field in the name of its input.
HEADING = "heading:"


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A line of the list of columns."""

    field: OfferedField
    is_chosen: bool
    heading: str


def choice_of(
    sent: MultiDict[str, str], template: OfferedTemplate | None, is_only: bool = True
) -> ExportChoice:
    """What was chosen on the page; `is_only`: forms of other templates are not there.

    Every field in the template's order, called as it is, is no choice of columns: what a later
    version adds is exported, too.

    Raises:
        UserError: Something was sent that the page does not offer.
    """
    columns = _columns(sent, template)
    # A batch may get forms of another template later, which would need columns of their own.
    is_narrow = template is not None and (bool(columns) or not is_only)
    return ExportChoice(
        columns=columns,
        labels=sent.get("headings") == "labels",
        template_id=template.id if template and is_narrow else None,
        since=day_from_text("since", sent.get("since")),
        until=day_from_text("until", sent.get("until")),
        dates=sent.get("dates", "YYYY-MM-DD"),
        decimal_mark=sent.get("decimal_mark", "."),
        separator=sent.get("separator", ","),
        encoding=sent.get("encoding", "utf-8"),
        # Programs that send nothing but a format get what the page begins with.
        head="head" in sent or "chosen" not in sent,
        **{name: name in sent for name in FLAGS},
    )


def column_lines(choice: ExportChoice, template: OfferedTemplate) -> list[ColumnLine]:
    """Every field of the template: those that are chosen first, in their order."""
    by_name = {field.name: field for field in template.fields}
    chosen = [
        ColumnLine(by_name[column.field], True, column.heading)
        for column in choice.columns
        if column.field in by_name
    ]
    named = {line.field.name for line in chosen}
    others = [field for field in template.fields if field.name not in named]
    return [*chosen, *(ColumnLine(field, not choice.columns, "") for field in others)]


def _columns(
    sent: MultiDict[str, str], template: OfferedTemplate | None
) -> tuple[ExportColumn, ...]:
    if template is None:
        return ()
    columns = tuple(
        ExportColumn(name, " ".join(sent.get(HEADING + name, "").split()))
        for name in sent.getlist("column")
    )
    return () if _says_nothing(columns, template.fields) else columns


def _says_nothing(columns: Sequence[ExportColumn], fields: Sequence[OfferedField]) -> bool:
    return list(columns) == [ExportColumn(field.name) for field in fields]
