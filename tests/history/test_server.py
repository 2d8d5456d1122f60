"""A history on a real PostgreSQL server."""

from __future__ import annotations

import traceback

import pytest
from histories import adding_to, told
from postgres_server import PASSWORD

from harness.history.address import HistoryError, address_of
from harness.history.store import History


def test_the_tables_are_the_servers_own(postgres, folder):
    """Another client reads them: texts, numbers, and times with their zone."""
    url = postgres.database()
    adding_to(address_of(url, below=folder))(1, told("greet", "failed"))

    name = url.rpartition("/")[2]
    said = postgres.sql(
        "SELECT run, started AT TIME ZONE 'UTC', failed FROM harness_runs; "
        "SELECT c.scenario, t.turn, t.codes FROM harness_turns t "
        "JOIN harness_conversations c USING (run, number) WHERE t.outcome = 'failed'",
        name,
    )

    assert said.splitlines() == ["run00001|2026-05-02 08:00:00|1", "greet|2|contains"]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda url: url.replace("pl4nted%2Fs3cret", "pl4nted-wr0ng"), id="password"),
        pytest.param(lambda url: f"{url}_missing", id="database"),
        pytest.param(lambda url: f"{url}?sslmode=pl4nted", id="option"),
    ],
)
def test_a_server_that_refuses_is_told_without_the_password(postgres, folder, spoil):
    """Neither the message nor its traceback holds the password."""
    url = spoil(postgres.database())

    with pytest.raises(HistoryError) as caught:
        History(address_of(url, below=folder), writes=True)

    shown = "".join(traceback.format_exception(caught.value)).replace("sslmode=pl4nted", "")
    assert str(caught.value).startswith("postgresql://127.0.0.1:")
    assert PASSWORD not in shown
    assert "pl4nted%2F" not in shown
    assert "pl4nted-wr0ng" not in shown


def test_a_server_that_is_not_there_is_told(postgres, folder):
    """Nobody listens at the port; the reason is the driver's."""
    url = postgres.database().replace(f":{postgres.port}/", ":1/")

    with pytest.raises(HistoryError, match=r"^postgresql://127.0.0.1:1/.*\[history-unusable\]$"):
        History(address_of(url, below=folder))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg"])
def test_other_names_of_the_scheme_are_known(postgres, folder, scheme):
    """As hosting services and SQLAlchemy write it."""
    url = postgres.database().replace("postgresql", scheme)
    adding_to(address_of(url, below=folder))(1, told())

    with History(address_of(url, below=folder)) as history:
        assert len(history.runs()) == 1
