from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.wire.secret_scan import SecretScan
from tests.reliability.leaks import KINDS, Leaky, environment, secret, write_leaky_project
from tests.wire.conftest import Server

COMMAND = (
    *(sys.executable, "-m", "pytest", "-vv", "--showlocals", "--tb=long", "-rA"),
    *("-p", "no:cacheprovider", "-p", "no:randomly", "--harness-mode=refresh"),
    *("--log-level=DEBUG", "-o", "log_cli=true", "-o", "log_cli_level=DEBUG"),
    *("--log-file=out/debug.log", "--log-file-level=DEBUG"),
    *("-o", "junit_logging=all", "--junitxml=out/junit.xml", "--alluredir=out/allure"),
)
OUTPUTS = {
    "terminal": "out/terminal.txt",
    "debug log": "out/debug.log",
    "JUnit": "out/junit.xml",
    "Allure": "out/allure/*",
    "cassettes": "cassettes/*/*.yaml",
    "journals": "cassettes/*/.*.journal",
}
SCAN = SecretScan({kind: secret(kind) for kind in KINDS})
_WRAPPED = re.compile(rb"\s+|[\xe2\x94\x82]+")


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
    (folder / "out").mkdir()
    with (folder / "out/terminal.txt").open("wb") as terminal:
        run = subprocess.run(
            COMMAND,
            cwd=folder,
            env={**os.environ, **environment(), "LEAKY_URL": leaky.url},
            stdout=terminal,
            stderr=subprocess.STDOUT,
            check=False,
        )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    return {
        name: b"\n".join(file.read_bytes() for file in sorted(folder.glob(pattern)))
        for name, pattern in OUTPUTS.items()
    }


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
    assert output == "debug log" or b"redacted:" in outputs[output]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_left(found, kind, output):
    """A secret of this kind stands nowhere in this output, however it is written."""
    assert kind not in found[output]


def test_the_write_is_refused_where_a_secret_is_left(outputs):
    """A secret that is spelled as nobody spells it is seen by the scan: nothing is written."""
    refused = b"would hold the secret 'own_odd_percent_encoding'; nothing was written"

    assert refused in outputs["terminal"]
    assert b"own-odd-percent-encoding" not in outputs["cassettes"] + outputs["journals"]
