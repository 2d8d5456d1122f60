"""The tables of a history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Double,
    Integer,
    Label,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    inspect,
)

VERSION = 1
"""Of the tables. It rises when a harness that knows the old ones would read them wrong."""


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC. A time without a zone is taken as UTC."""
        del dialect
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its zone."""
        del dialect
        return None if value is None else _in_utc(value)


METADATA = MetaData()
"""The names begin with `harness_`: a database of a server may hold other tables."""

SCHEMA = Table("harness_schema", METADATA, Column("version", Integer, nullable=False))

RUNS = Table(
    "harness_runs",
    METADATA,
    Column("run", String(64), primary_key=True),
    Column("started", UtcTime, nullable=False),
    Column("ended", UtcTime),
    Column("mode", String(16), nullable=False),
    Column("project", Text, nullable=False),
    Column("commit_id", Text, nullable=False, key="commit"),
    Column("branch", Text, nullable=False),
    Column("harness", Text, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("exit_status", Integer),
    Column("is_changed", Boolean),
    Column("command", Text),
    Column("checks", Integer),
)

CONVERSATIONS = Table(
    "harness_conversations",
    METADATA,
    Column("run", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("scenario", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("take", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("latency", Double),
    Column("codes", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("is_expected", Boolean, nullable=False),
    Column("is_replayed", Boolean, nullable=False),
    Column("spent", Text),
    sqlite_with_rowid=False,
)

ADDED = {RUNS: ("is_changed", "command", "checks"), CONVERSATIONS: ("spent",)}
"""Columns that were added without a new version; databases made before lack them."""

TURNS = Table(
    "harness_turns",
    METADATA,
    Column("run", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("outcome", String(16), nullable=False),
    Column("latency", Double),
    Column("codes", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""`number` is that of the conversation in its run."""

CHECKS = Table(
    "harness_checks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("project", Text, nullable=False),
    Column("scenario", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("kind", Text, nullable=False),
)
"""Each check once, so that a run needs only numbers. Databases made before lack the table."""

CHECK_OUTCOMES = Table(
    "harness_check_outcomes",
    METADATA,
    Column("run", String(64), primary_key=True),
    Column("check_id", Integer, primary_key=True, autoincrement=False),
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How often a check had which outcome in a run: over all rows, takes and providers.

Those of a run whose `checks` is NULL are left over: an earlier version replaced the run.
"""


def lacking_columns(connection: Connection) -> Sequence[Column[Any]]:
    """The columns that a database made by an earlier harness lacks."""
    return [
        column
        for table, names in ADDED.items()
        for found in [{str(one["name"]) for one in inspect(connection).get_columns(table.name)}]
        for column in (table.c[name] for name in names)
        if column.name not in found
    ]


def columns_in(connection: Connection, table: Table) -> list[Label[Any]]:
    """The columns of a table that the database has, by their names in Python."""
    lacking = {one.name for one in lacking_columns(connection) if one.table is table}
    return [column.label(column.key) for column in table.c if column.name not in lacking]


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
