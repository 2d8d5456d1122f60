"""What all tests share: pytest's own test bench, and a network that ends at loopback."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner

from harness.cli.app import app
from harness.transport.network import CERTIFICATE_VARIABLES, NO_PROXY, PROXY_VARIABLES
from tests.installed_packages import packages
from tests.processes import COSTLY, without

# In CI the same examples every time: a run is red for a change, not by chance. Elsewhere new ones.
# A further Python only has to meet each property.
EXAMPLES = {"full": 1_000, "smoke": 20}.get(os.environ.get("HARNESS_RELIABILITY", ""), 100)
settings.register_profile(
    "project",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    max_examples=EXAMPLES,
)
settings.load_profile("project")


# A shell may start background commands with SIGINT ignored, and child processes inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Where this is set, each process that a test starts compiles every plugin of pytest again, with its
# assertions rewritten, which takes longer than most tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What is set here, on a computer behind a proxy, would be named in messages about connections.
for name in (*CERTIFICATE_VARIABLES, *PROXY_VARIABLES, NO_PROXY):
    os.environ.pop(name, None)
    os.environ.pop(name.upper(), None)

# Typer imports at its first error and its first help, and decides about colours while it does. Done
# here once: a run inside a test forgets every module that it was the first to import.
with pytest.MonkeyPatch.context() as patch:
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"):
        patch.delenv(name, raising=False)
    CliRunner().invoke(app, ["run", "--concurrency", "0"])

pytest_plugins = ["pytester"]

HERE = Path(__file__).parent
USUAL_DEPTH = sys.getrecursionlimit()
LOOPBACK = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "localhost"]


@pytest.fixture
def pytester(pytester, monkeypatch):
    """Goes without plugins that run a test again, or that only cost time.

    Beside xdist, pytest-rerunfailures opens a socket and starts a thread in every run, whether or
    not it reruns; where flaky is installed, it reruns nothing at all.
    """
    monkeypatch.setenv("PYTEST_ADDOPTS", without("rerunfailures", "flaky", *COSTLY))
    monkeypatch.setattr(importlib.metadata, "distributions", packages)
    return pytester


def pytest_runtest_setup():
    """Begin each test with the usual limit: hypothesis may leave a higher one behind."""
    sys.setrecursionlimit(USUAL_DEPTH)


def pytest_collection_modifyitems(items):
    """Let pytest-socket refuse every connection of a test that leads elsewhere."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
