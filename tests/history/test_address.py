from __future__ import annotations

import pytest

from harness.config import read_config
from harness.core.errors import ConfigurationError
from harness.history.address import address_in, address_of

PROVIDERS = "providers: {shop: {definition: connectly}}\n"
URL = "postgresql://ci:pl4nted@db.example:5433/runs?sslmode=require"


@pytest.fixture
def config(folder):
    """Reads a harness.yaml with a history."""

    def read(url: str):
        (folder / "harness.yaml").write_text(f"{PROVIDERS}history: {{url: '{url}'}}\n")
        return read_config(folder / "harness.yaml")

    return read


def test_an_option_goes_before_the_environment_and_that_before_the_file(folder, config):
    """What is named nearest to the run counts; where nothing is, it lies beside the reports."""
    written, environment = config("of-file.sqlite"), {"HARNESS_HISTORY": "of-env.sqlite"}

    found = [
        address_in(written, folder / "reports", environment, given="given.sqlite"),
        address_in(written, folder / "reports", environment),
        address_in(written, folder / "reports", {}),
        address_in(None, folder / "reports", {}),
    ]

    assert [one.shown for one in found] == [
        "given.sqlite",
        "of-env.sqlite",
        "of-file.sqlite",
        "reports/history.sqlite",
    ]


def test_a_variable_of_the_file_that_is_not_set_leaves_the_default(folder, config):
    """So that a developer without the server's URL keeps a file."""
    written = config("${env.RUNS_URL}")

    unset = address_in(written, folder / "reports", {})
    is_set = address_in(written, folder / "reports", {"RUNS_URL": URL})

    assert unset.shown == "reports/history.sqlite"
    assert is_set.shown == "postgresql://db.example:5433/runs"


def test_none_keeps_no_history(folder, config):
    """In each of the three places."""
    assert address_in(config("none"), folder, {}) is None
    assert address_in(None, folder, {"HARNESS_HISTORY": "none"}) is None
    assert address_in(None, folder, {}, given="none") is None


def test_user_password_and_options_are_not_shown(folder):
    """What is shown of a server is its name, port and database."""
    address = address_of(URL, below=folder)

    assert address.shown == "postgresql://db.example:5433/runs"
    assert address.password == "pl4nted"


@pytest.mark.parametrize(
    "url",
    ["postgresql://ci:pl4nted@db/runs", "postgresql://db/runs?password=pl4nted"],
)
def test_a_password_in_the_file_is_refused(folder, config, url):
    """It belongs into the environment; the message does not repeat it."""
    with pytest.raises(ConfigurationError) as caught:
        address_in(config(url), folder, {})

    assert str(caught.value).endswith("[inline-secret]")
    assert "pl4nted" not in str(caught.value)


def test_a_password_that_the_environment_fills_in_is_none_of_the_file(folder, config):
    """The rest of the URL may stand there."""
    written = config("postgresql://ci:${env.RUNS_PASSWORD}@db/runs")

    assert address_in(written, folder, {"RUNS_PASSWORD": "a"}).password == "a"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mysql://db/runs", "found 'mysql://'"),
        ("sqlite://", "found 'sqlite://'"),
        ("postgresql://ci:pl4nted@db:port/runs", "the URL cannot be read"),
    ],
)
def test_what_is_no_history_is_refused(folder, text, reason):
    """With what was found, and without the password."""
    with pytest.raises(ConfigurationError, match=rf"{reason}.*\[history-url\]") as caught:
        address_of(text, below=folder, where="--harness-history")

    assert "pl4nted" not in str(caught.value)


def test_without_psycopg_a_server_is_refused_before_the_run(folder, monkeypatch):
    """The message names the extra."""
    monkeypatch.setattr("harness.history.address.find_spec", lambda _: None)

    with pytest.raises(ConfigurationError, match=r"conversation-harness\[postgres\]"):
        address_of(URL, below=folder)
