"""Reads and writes a history with SQLAlchemy: SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from harness.core import Problem
from harness.evaluation.check_counts import CheckCounts
from harness.history.address import Address, HistoryError
from harness.history.history_rows import CheckOutcomes, ConversationRow, RunRow, TurnRow
from harness.history.stored_checks import add_checks, read_checks, remove_leftovers
from harness.history.tables import (
    CHECK_OUTCOMES,
    CONVERSATIONS,
    METADATA,
    RUNS,
    SCHEMA,
    TURNS,
    VERSION,
    columns_in,
    lacking_columns,
)
from harness.scenario.check_place import CheckPlace

_Row = TypeVar("_Row")

PATIENCE = 30
"""Seconds that a writer waits for another one of the same SQLite file."""
CONNECTING = 10
"""Seconds that a server may take to answer."""
AT_ONCE = 500
"""Rows of one statement; SQLite takes 32,766 values."""
_LOCK = 0x6861_726E_6573_73
"""Of PostgreSQL: a writer holds it to the end of its transaction, so that two do not make the
tables, or add the same run, at once."""

_COLUMNS = {
    kind: tuple(one.name for one in fields(kind) if one.name != "turns")
    for kind in (RunRow, ConversationRow, TurnRow)
}
"""The fields of each kind of rows that are columns of the same name."""


class History:
    """A history that is open; a context manager. All methods raise `HistoryError`."""

    def __init__(self, address: Address, *, writes: bool = False) -> None:
        """`writes` makes the file and the tables if they are missing.

        Raises `HistoryError` if there is nothing to read, or its tables have another version.
        """
        self._address = address
        if address.file is not None and not writes and not address.file.is_file():
            raise self._missing()
        with self._reporting():
            if address.file is not None and writes:
                address.file.parent.mkdir(parents=True, exist_ok=True)
            self._engine = _engine(address, writes=writes)
        try:
            with self._begin() as connection:
                if not writes or sa.inspect(connection).has_table(SCHEMA.name):
                    self._require_version(connection)
        except HistoryError:
            self._engine.dispose()
            raise

    @property
    def is_shared(self) -> bool:
        """Whether it can contain runs of several projects: it is a database of a server."""
        return self._address.file is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def add(
        self, run: RunRow, conversations: Sequence[ConversationRow], checks: CheckOutcomes
    ) -> None:
        """Add a run, all of it or nothing. One that is there already is replaced.

        A history of an earlier version is upgraded.
        """
        with self._begin() as connection:
            self._prepare(connection)
            _remove(connection, (run.run,))
            connection.execute(sa.insert(RUNS), _values(run, checks=len(checks)))
            add_checks(connection, run, checks)
            for some in _parts(conversations):
                connection.execute(
                    sa.insert(CONVERSATIONS), [_values(one, run=run.run) for one in some]
                )
                turns = [
                    _values(turn, run=run.run, number=one.number)
                    for one in some
                    for turn in one.turns
                ]
                if turns:
                    connection.execute(sa.insert(TURNS), turns)

    def runs(
        self, *, last: int | None = None, project: str = "", branch: str = "", mode: str = ""
    ) -> list[RunRow]:
        """The runs in the order in which they began; with `last`, at most so many."""
        wanted = {"project": project, "branch": branch, "mode": mode}
        with self._begin() as connection:
            query = sa.select(*columns_in(connection, RUNS)).limit(last)
            query = query.order_by(RUNS.c.started.desc(), RUNS.c.run.desc())
            query = query.where(*(RUNS.c[name] == value for name, value in wanted.items() if value))
            rows = connection.execute(query).mappings().all()
        return [RunRow(**_known(row)) for row in reversed(rows)]

    def conversations(self, run: str, *, scenario: str = "") -> list[ConversationRow]:
        """The conversations of a run in their order, without turns."""
        with self._begin() as connection:
            columns = [one for one in columns_in(connection, CONVERSATIONS) if one.key != "run"]
            query = sa.select(*columns).where(CONVERSATIONS.c.run == run)
            if scenario:
                query = query.where(CONVERSATIONS.c.scenario == scenario)
            rows = connection.execute(query.order_by(CONVERSATIONS.c.number)).mappings().all()
        return [ConversationRow(**_known(row)) for row in rows]

    def turns(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], list[TurnRow]]:
        """The turns of conversations, each given by its run and its number in it."""
        turns: dict[tuple[str, int], list[TurnRow]] = {}
        with self._begin() as connection:
            # A query for each run: only then does SQLite use the index.
            for run, group in groupby(sorted(set(places)), key=itemgetter(0)):
                for some in _parts([number for _, number in group]):
                    query = sa.select(TURNS).where(TURNS.c.run == run, TURNS.c.number.in_(some))
                    for row in connection.execute(query.order_by(TURNS.c.number, TURNS.c.turn)):
                        turn = TurnRow(**{name: getattr(row, name) for name in _COLUMNS[TurnRow]})
                        turns.setdefault((run, row.number), []).append(turn)
        return turns

    def checks(
        self, scenarios: Collection[str], *, project: str = ""
    ) -> Mapping[CheckPlace, CheckCounts] | None:
        """How often the checks of scenarios passed and failed; None if no run stored checks."""
        with self._begin() as connection:
            if "checks" not in (one.name for one in columns_in(connection, RUNS)):
                return None
            return read_checks(connection, project, scenarios)

    def prune(
        self, *, keep: int | None = None, before: datetime | None = None, project: str = ""
    ) -> int:
        """Remove all runs but the newest `keep`, and those that began before a time.

        Returns how many were removed.
        """
        runs = self.runs(project=project)
        gone = runs[: max(0, len(runs) - keep)] if keep is not None else []
        gone += [run for run in runs if before is not None and run.started < before]
        names = {run.run for run in gone}
        if not names:
            return 0
        with self._begin() as connection:
            self._prepare(connection)
            for some in _parts(sorted(names)):
                _remove(connection, some)
            remove_leftovers(connection)
        if self._address.file is not None:
            self._give_back_room()
        return len(names)

    def _give_back_room(self) -> None:
        """Make SQLite's file smaller; not possible inside a transaction."""
        with self._reporting():
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("VACUUM")
            finally:
                connection.close()

    def _prepare(self, connection: sa.Connection) -> None:
        """Make the tables, and add what those of an earlier version lack.

        Earlier versions can still read and write them.
        """
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        is_new = not sa.inspect(connection).has_table(SCHEMA.name)
        METADATA.create_all(connection)
        if is_new:
            connection.execute(sa.insert(SCHEMA), {"version": VERSION})
        for lacking in lacking_columns(connection):
            column = sa.schema.CreateColumn(lacking).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {lacking.table.name} ADD COLUMN {column}")

    def _require_version(self, connection: sa.Connection) -> None:
        if not sa.inspect(connection).has_table(SCHEMA.name):
            raise self._missing()
        found = connection.execute(sa.select(SCHEMA.c.version)).scalar_one_or_none()
        if found == VERSION:
            return
        is_newer = found is not None and found > VERSION
        raise HistoryError(
            Problem(
                code="history-version",
                where=self._address.shown,
                message=f"the tables have version {found}, this harness knows version {VERSION}",
                hint="upgrade it, or start another history"
                if is_newer
                else "use the version that wrote them, or start another history",
            )
        )

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        with self._reporting(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, ImportError, OSError) as error:
            # Not chained: a driver's error may hold the URL with its password.
            raise HistoryError(
                Problem(
                    code="history-unusable",
                    where=self._address.shown,
                    message=f"the history cannot be used: {self._reason(error)}",
                )
            ) from None

    def _reason(self, error: Exception) -> str:
        """The first line of the driver's message, without the password."""
        if isinstance(error, OSError):
            return str(error.strerror)
        message = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        password = self._address.password
        return message.replace(password, "…") if password else message

    def _missing(self) -> HistoryError:
        return HistoryError(
            Problem(
                code="history-missing",
                where=self._address.shown,
                message="there is no history yet",
                hint="a run with reports creates it, such as `harness run`",
            )
        )


def _engine(address: Address, *, writes: bool) -> sa.Engine:
    """An engine without a pool of connections: a history is opened for a moment."""
    pool = sa.pool.NullPool
    if address.file is None:
        options = {"connect_timeout": CONNECTING}
        return sa.create_engine(address.url, poolclass=pool, connect_args=options)
    url = sa.URL.create("sqlite", database=str(address.file))
    engine = sa.create_engine(url, poolclass=pool, connect_args={"timeout": PATIENCE})

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:  # noqa: ANN401  # the driver's own
        # The driver must not begin a transaction itself: it would take the lock only at the first
        # write, and fail if another process wrote in between.
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _known(row: sa.RowMapping) -> dict[str, Any]:
    """The values of a row that are not NULL."""
    return {name: value for name, value in row.items() if value is not None}


def _remove(connection: sa.Connection, runs: Sequence[str]) -> None:
    for table in (CHECK_OUTCOMES, TURNS, CONVERSATIONS, RUNS):
        connection.execute(sa.delete(table).where(table.c.run.in_(runs)))


def _values(row: RunRow | ConversationRow | TurnRow, **more: object) -> Mapping[str, object]:
    return {**{name: getattr(row, name) for name in _COLUMNS[type(row)]}, **more}


def _parts(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
