"""Exports as Parquet: columns that know their kinds, for programs that analyse data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import accumulate, islice
from types import MappingProxyType
from typing import IO, Any

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema, list_array
from arro3.io import write_parquet as write_arrow

from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.export_cells import TypedCell, text_of, typed
from forms_app.services.export_records import ExportRecord
from forms_app.services.export_tables import (
    CellKind,
    Column,
    ExportTable,
    ExportWork,
    columns_of,
    unused,
)
from forms_app.services.export_zips import write_each

# Of a row group, which is in memory while it is written, and of the pieces it is made of.
GROUP_CELLS = 2_000_000
PIECE_CELLS = 100_000
COMPRESSION = "zstd(3)"
# What is written in a field against its rule, and so fits no column of numbers or dates.
ODD = "_unparsed"
EPOCH_DAY = date(1970, 1, 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ITEMS = DataType.list(Field("item", DataType.utf8()))
_TYPES: Mapping[CellKind, DataType] = MappingProxyType(
    {
        CellKind.TEXT: DataType.utf8(),
        CellKind.NUMBER: DataType.float64(),
        CellKind.WHOLE: DataType.int64(),
        CellKind.SHARE: DataType.float64(),
        CellKind.DATE: DataType.date32(),
        CellKind.TIME: DataType.timestamp("us", tz="UTC"),
        CellKind.TRUTH: DataType.bool(),
        CellKind.LIST: _ITEMS,
    }
)
_MEANT: Mapping[CellKind, Any] = MappingProxyType(
    {
        CellKind.TEXT: str,
        CellKind.NUMBER: float,
        CellKind.WHOLE: int,
        CellKind.SHARE: float,
        CellKind.DATE: date,
        CellKind.TIME: datetime,
        CellKind.TRUTH: bool,
        CellKind.LIST: tuple,
    }
)


def write_parquet(out: IO[bytes], work: ExportWork) -> int:
    """A row a submission; several templates are a ZIP with a file each.

    Numbers, dates, truth values and lists of options have columns of their kind. A value that is
    none of its field's kind is empty there, and stands in the column `_unparsed`.
    """
    return write_each(out, work, "parquet", _write_table)


def _write_table(out: IO[bytes], table: ExportTable, choice: ExportChoice) -> int:
    columns = columns_of(table, choice)
    odd = unused(ODD, {column.heading for column in columns})
    fields = [Field(column.heading, _TYPES[column.kind]) for column in columns]
    schema = Schema([*fields, Field(odd, DataType.utf8())])
    pieces = _Pieces(table.records, columns, choice, schema)
    try:
        write_arrow(
            RecordBatchReader.from_batches(schema, iter(pieces)),
            out,
            compression=COMPRESSION,
            max_row_group_size=max(1, GROUP_CELLS // len(columns)),
        )
    except Exception:
        # What stopped the records comes back from Arrow as an error of its own.
        if pieces.stopped_by is not None:
            raise pieces.stopped_by from None
        raise
    return pieces.rows


class _Pieces:
    """Records as they come, some at a time, as Arrow has them."""

    def __init__(
        self,
        records: Iterator[ExportRecord],
        columns: Sequence[Column],
        choice: ExportChoice,
        schema: Schema,
    ) -> None:
        self._records, self._columns = records, columns
        self._choice, self._schema = choice, schema
        self.rows = 0
        self.stopped_by: Exception | None = None

    def __iter__(self) -> Iterator[RecordBatch]:
        size = max(1, PIECE_CELLS // len(self._columns))
        try:
            while piece := list(islice(self._records, size)):
                yield self._batch(piece)
                self.rows += len(piece)
        except Exception as error:
            self.stopped_by = error
            raise

    def _batch(self, records: Sequence[ExportRecord]) -> RecordBatch:
        odd: list[list[str]] = [[] for _ in records]
        arrays = []
        for column in self._columns:
            meant = _MEANT[column.kind]
            cells: list[TypedCell] = []
            for record, strange in zip(records, odd, strict=True):
                stored = column.cell(record)
                cell = typed(stored, column.kind)
                if cell is not None and not isinstance(cell, meant):
                    text = text_of(stored, column.kind, self._choice)
                    strange.append(f"{column.heading}: {text}")
                    cell = None
                cells.append(cell)
            arrays.append(_ARRAYS.get(column.kind, _plain)(cells, _TYPES[column.kind]))
        arrays.append(Array(["; ".join(each) or None for each in odd], DataType.utf8()))
        return RecordBatch.from_arrays(arrays, schema=self._schema)


def _plain(cells: Sequence[Any], kind: DataType) -> Array:
    return Array(cells, kind)


def _days(cells: Sequence[Any], kind: DataType) -> Array:
    numbers = [None if day is None else (day - EPOCH_DAY).days for day in cells]
    return Array(numbers, DataType.int32()).cast(kind)


def _times(cells: Sequence[Any], kind: DataType) -> Array:
    numbers = [None if at is None else _microseconds(at) for at in cells]
    return Array(numbers, DataType.int64()).cast(kind)


def _microseconds(at: datetime) -> int:
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _lists(cells: Sequence[Any], kind: DataType) -> Array:
    lengths = (len(items or ()) for items in cells)
    return list_array(
        Array(list(accumulate(lengths, initial=0)), DataType.int32()),
        Array([item for items in cells for item in items or ()], DataType.utf8()),
        type=kind,
        mask=Array([items is None for items in cells], DataType.bool()),
    )


_ARRAYS: Mapping[CellKind, Callable[[Sequence[Any], DataType], Array]] = MappingProxyType(
    {CellKind.DATE: _days, CellKind.TIME: _times, CellKind.LIST: _lists}
)
