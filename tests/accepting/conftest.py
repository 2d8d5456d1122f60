from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accepting.desk import CONFIG, DEFINITION, Bot, Desk, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Bot]:
    """The bot, for all tests."""
    with serving() as bot:
        yield bot


@pytest.fixture
def desk(server: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A project without scenarios, which is the current folder."""
    for name in ("DESK_URL", "HARNESS_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    server.answers, server.status = {}, 200
    made = Desk(tmp_path, server)
    made.write("harness.yaml", CONFIG)
    made.write("definitions/desk/provider.yaml", DEFINITION)
    return made
