"""The declarative base: names for every constraint, UTC times, whole-number keys, JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, DateTime, Dialect, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

# SQLite can only change a constraint that has a name (Alembic's batch mode).
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which keeps no zone, stores it as plain UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all rows."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def utc_now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


# SQLite numbers rows by itself only in a column that is exactly INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")
# Python's None is SQL's NULL, never JSON's null: "no value" has one spelling.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

# More than two gigabytes fit.
ByteCount = Annotated[int, mapped_column(Key)]
PrimaryKey = Annotated[int, mapped_column(Key, primary_key=True, autoincrement=True)]
Timestamp = Annotated[datetime, mapped_column(UtcDateTime, default=utc_now)]
# When the row last changed: the sweeper's measure of whether work goes on.
ChangeTimestamp = Annotated[datetime, mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)]
OptionalTimestamp = Annotated[datetime | None, mapped_column(UtcDateTime)]
JsonValue = Annotated[Any, mapped_column(Json)]

# Table option where open pages or tasks hold ids: SQLite would give a deleted row's id to the next.
IDS_LAST = {"sqlite_autoincrement": True}


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """A CHECK that `column` holds one of `words`."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
