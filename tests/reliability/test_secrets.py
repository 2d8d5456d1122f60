from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from harness.secrets.secret_scan import SecretScan
from tests.processes import PYTEST
from tests.reliability.leaks import KINDS, Leaky, environment, secret, write_leaky_project
from tests.transport.conftest import Server

RUN = (
    *(*PYTEST, "-vv", "--showlocals", "--tb=long", "-rA"),
    *("--log-level=DEBUG", "-o", "log_cli=true", "-o", "log_cli_level=DEBUG"),
    *("-o", "log_file_level=DEBUG", "-o", "junit_logging=all"),
)
HARNESS = (sys.executable, "-c", "from harness.cli import main; main()")
SOME = ("-k", "captured or prepared or said or plain or header or cookie or named or reply")
"""Of what was recorded: one of each place, and all that only a capture makes known."""
RUNS = {
    "recorded": (*RUN, "--harness-mode=refresh"),
    "replayed": (*RUN, "--harness-mode=replay", *SOME),
    "drift": (*RUN, "--harness-mode=drift", "--harness-fail-on=wording", *SOME),
    "refreshed": (*RUN, "--harness-mode=refresh", *SOME),
    "shown": (*HARNESS, "cassettes", "show", "cassettes"),
    "checked": (*HARNESS, "providers", "check", "leaky", "--live", "--message", "location header"),
}
"""What is run, in this order; between the second and the third the bot changes its words."""
REPORTS = ("terminal.txt", "debug.log", "junit.xml", "allure", "reports")
FOLDERS = ("allure", "reports")
OUTPUTS = {
    **{
        f"{run}: {report}": f"out/{run}/{report}" + ("/*" if report in FOLDERS else "")
        for run in RUNS
        for report in (REPORTS if "pytest" in RUNS[run] else REPORTS[:1])
        # Nothing is sent in a replay, so nothing is logged.
        if (run, report) != ("replayed", "debug.log")
    },
    "cassettes": "cassettes/*/*.yaml",
    "journals": "cassettes/*/.*.journal",
    "parse cache": ".pytest_cache/**/*",
}
OWN = {"parse cache": {"my own message"}}
"""What the scenario's own file holds stands in what is kept of that file."""
SCAN = SecretScan({kind: secret(kind) for kind in KINDS})
_WRAPPED = re.compile(rb"\s+|[\xe2\x94\x82]+")
_PACKED = re.compile(rb'<script type="application/octet-stream"[^>]*>([A-Za-z0-9+/=]+)')
"""Conversations in report.html: deflated and in base64."""


@pytest.fixture(scope="module")
def leaky():
    """The server's traffic while the project was recorded once."""
    leaky = Leaky()
    server = Server(leaky)
    server.start()
    leaky.url = server.url
    yield leaky
    server.stop()


@pytest.fixture(scope="module")
def outputs(leaky, tmp_path_factory) -> dict[str, bytes]:
    """What one run of the project left, by kind of output."""
    folder: Path = tmp_path_factory.mktemp("leaky")
    write_leaky_project(folder)
    for name, command in RUNS.items():
        leaky.says = "voucher" if name in ("drift", "refreshed") else "ticket"
        _run(folder, name, command, leaky.url)
    return {
        name: b"\n".join(_content(file) for file in sorted(folder.glob(pattern)) if file.is_file())
        for name, pattern in OUTPUTS.items()
    }


def _content(file: Path) -> bytes:
    """What a file holds, with what is packed in it."""
    content = file.read_bytes()
    if file.suffix != ".html":
        return content
    packed = [zlib.decompress(base64.b64decode(one)) for one in _PACKED.findall(content)]
    assert packed
    return b"\n".join((content, *packed))


def _run(folder: Path, name: str, command: tuple[str, ...], url: str) -> None:
    out = folder / "out" / name
    out.mkdir(parents=True)
    reports = (
        *(f"--log-file={out}/debug.log", f"--junitxml={out}/junit.xml"),
        *(f"--alluredir={out}/allure", f"--harness-reports={out}/reports"),
    )
    is_pytest = "pytest" in command
    with (out / "terminal.txt").open("wb") as terminal:
        run = subprocess.run(
            (*command, *reports) if is_pytest else command,
            cwd=folder,
            env={**os.environ, **environment(), "LEAKY_URL": url, "COLUMNS": "200"},
            stdout=terminal,
            stderr=subprocess.STDOUT,
            check=False,
        )
    assert run.returncode == (pytest.ExitCode.TESTS_FAILED if is_pytest else 0)


@pytest.fixture(scope="module")
def found(outputs) -> dict[str, set[str]]:
    """The kinds that are left in each output, as it stands and with its lines joined."""
    return {
        name: {*SCAN(content), *SCAN(_WRAPPED.sub(b"", content))}
        for name, content in outputs.items()
    }


def test_every_secret_was_there(leaky, outputs):
    """All kinds went over the wire, in a form that the search finds."""
    del outputs

    assert len(KINDS) >= 20
    assert {*SCAN(b"".join(leaky.traffic))} == {*KINDS}


@pytest.mark.parametrize("output", OUTPUTS)
def test_every_output_tells_that_something_was_taken_out(outputs, output):
    """No output is empty, and marks stand where secrets were."""
    assert outputs[output]
    assert output.endswith(".log") or b"redacted:" in outputs[output]


@pytest.mark.parametrize("output", OUTPUTS)
def test_no_secret_is_left(found, output):
    """No kind's secret stands in this output, however it is written."""
    assert found[output] == OWN.get(output, set())


def test_the_write_is_refused_where_a_secret_is_left(outputs):
    """A secret that is spelled as nobody spells it is seen by the scan: nothing is written."""
    refused = b"would contain the secret 'own_odd_percent_encoding'; nothing was written"

    assert refused in outputs["recorded: terminal.txt"]
    assert b"own-odd-percent-encoding" not in outputs["cassettes"] + outputs["journals"]
