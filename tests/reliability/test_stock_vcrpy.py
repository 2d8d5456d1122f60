from __future__ import annotations

import base64
import importlib.util
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
import vcr

from harness.conversation import Outcome
from harness.emulators import serving
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.transport.cassette import read_cassette

ROOT = Path(__file__).resolve().parents[2]
CASSETTES = sorted((ROOT / "cassettes").rglob("*.yaml"))
OLDEST = "2.1.0"
"""Earlier versions cannot be imported by Python 3.10 and later."""

READING = """
import base64, json, sys, urllib.request
import vcr
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

def text(body):
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    return base64.b64encode(content).decode()

seen = {}
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        requests, answers = deserialize(file.read(), yamlserializer)
    seen[path] = [
        [one.method, one.uri, text(one.body), answer["status"]["code"],
         text(answer["body"]["string"])]
        for one, answer in zip(requests, answers)
    ]
with vcr.use_cassette(sys.argv[1], record_mode="none") as cassette:
    asked = cassette.requests[0]
    request = urllib.request.Request(asked.uri, asked.body, {"Content-Type": "application/json"})
    answer = urllib.request.urlopen(request).read().decode()
print(json.dumps({"seen": seen, "answer": answer}))
"""
PLAYED = ROOT / "cassettes/connectly/hand-over.yaml"


@pytest.fixture(scope="session")
def oldest(request) -> Path:
    """A Python that has the oldest vcrpy; made once and kept in pytest's cache folder."""
    folder = Path(request.config.cache.mkdir(f"vcrpy-{OLDEST}"))
    python = folder / "bin/python"
    if not (folder / "ready").exists():
        # Giving it a pip of its own takes many times as long.
        has_pip = importlib.util.find_spec("pip") is not None
        venv.create(folder, with_pip=not has_pip, clear=True)
        pip = (
            [sys.executable, "-m", "pip", "--python", python] if has_pip else [python, "-m", "pip"]
        )
        install = [*pip, "--disable-pip-version-check", "install", "--quiet"]
        # Such versions of vcrpy know only urllib3 1.
        subprocess.run([*install, f"vcrpy=={OLDEST}", "urllib3<2", "pyyaml"], check=True)
        (folder / "ready").touch()
    return python


def told_by(python: Path) -> dict[str, object]:
    """What the vcrpy of a Python sees in every cassette of the example suite."""
    run = subprocess.run(
        [python, "-W", "ignore", "-c", READING, PLAYED, *CASSETTES],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def plain(body: bytes) -> object:
    """A body as JSON where it is such: what was laid out to be read has other spaces."""
    try:
        return json.loads(body)
    except ValueError:
        return body


def ours(path: Path) -> list[list[object]]:
    return [
        [
            one.request.method,
            one.request.url,
            plain(one.request.body),
            one.response.status,
            plain(one.response.body),
        ]
        for one in read_cassette(path).interactions
    ]


def theirs(rows: list[list[object]]) -> list[list[object]]:
    return [
        [method, url, plain(base64.b64decode(sent)), status, plain(base64.b64decode(body))]
        for method, url, sent, status, body in rows
    ]


def require_same(told: dict[str, object]) -> None:
    """Every interaction is seen as we see it, and one is played."""
    assert {path: theirs(rows) for path, rows in told["seen"].items()} == {
        str(path): ours(path) for path in CASSETTES
    }
    assert "I am handing you over to a colleague." in told["answer"]


def test_the_newest_vcrpy_reads_every_cassette():
    """The installed vcrpy sees every request and answer that we see, and plays one."""
    assert int(vcr.__version__.partition(".")[0]) >= 9
    require_same(told_by(Path(sys.executable)))


def test_the_oldest_vcrpy_reads_every_cassette(oldest):
    """The same with the oldest version that can be imported, in a folder of its own."""
    require_same(told_by(oldest))


def ask_for_a_human(environment: Mapping[str, str]) -> None:
    """Say one thing to the shop's assistant, as a client that is not ours would."""
    shop = f"/internal/v1/businesses/{environment['CONNECTLY_BUSINESS_ID']}"
    said = {"role": "USER", "content": {"textContent": "Can I talk to a human?"}}
    httpx.post(
        f"{environment['CONNECTLY_URL']}{shop}/ai/sales_assistant_v2/invoke/v1",
        json={
            "context": {"agentDescriptorId": environment["CONNECTLY_AGENT_ID"]},
            "inputEvents": [{"messageEvent": said}],
        },
        headers={"x-api-key": environment["CONNECTLY_API_KEY"]},
        trust_env=False,
    ).raise_for_status()


def test_a_cassette_of_vcrpy_is_replayed(tmp_path):
    """What stock vcrpy recorded of a plain client is played as it is; it holds no times."""
    for name in ("harness.yaml", "schemas"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    file = tmp_path / "human.yaml"
    file.write_text(
        "scenario: human\nprovider: connectly\nturns:\n"
        "  - user: Can I talk to a human?\n"
        "    expect: {contains: colleague, latency: {under: 1s}}\n"
    )
    with serving() as running, vcr.use_cassette(str(tmp_path / "cassettes/connectly/human.yaml")):
        ask_for_a_human(running.environment)
    project = Project.at(tmp_path / "harness.yaml")
    project.environment = {}

    play = Play(file=file, scenario="human", provider="connectly")
    result = Runner(project, Mode.REPLAY).run(play)

    outcomes = {check.name: check.outcome for check in result.checks}
    assert result.error is None
    assert outcomes["contains"] is Outcome.PASSED
    # A limit that could not be looked at is no pass.
    assert outcomes["latency"] is Outcome.BROKEN
