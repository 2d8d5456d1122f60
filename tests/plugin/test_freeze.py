"""`harness freeze`: a simulated conversation as a plain scenario."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.formats.yaml import read
from tests.plugin.refund_bot import (
    DEFINITION,
    KEY,
    MODEL_PROJECT,
    MODEL_SCENARIO,
    serving_person,
    serving_refunds,
)

pytestmark = pytest.mark.once

RECORD = "--harness-mode=record"


@pytest.fixture(scope="module")
def servers():
    with serving_refunds() as bot, serving_person() as model:
        yield bot, model


@pytest.fixture
def write(servers, pytester, monkeypatch):
    """Writes a scenario of a project that talks to the bot."""
    bot, model = servers
    model.says, model.asked, model.status = [], [], 200
    monkeypatch.setenv("REFUNDS_URL", bot)
    monkeypatch.setenv("MODEL_URL", model.url)
    monkeypatch.setenv("MODEL_KEY", KEY)
    for name, text in {
        "harness.yaml": MODEL_PROJECT,
        "definitions/refunds/provider.yaml": DEFINITION,
    }.items():
        file = pytester.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (pytester.path / "scenarios").mkdir()

    def write(text=MODEL_SCENARIO):
        (pytester.path / "scenarios" / "refund.yaml").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def harness(pytester, monkeypatch):
    """Runs a command of the harness, without the variables of the servers."""

    def call(*words):
        for name in ("REFUNDS_URL", "MODEL_URL", "MODEL_KEY"):
            monkeypatch.delenv(name, raising=False)
        return subprocess.run(
            [sys.executable, "-m", "harness", *words],
            check=False,
            capture_output=True,
            text=True,
            cwd=pytester.path,
        )

    return call


def test_a_simulation_becomes_a_plain_scenario(write, run_here, pytester, harness):
    """The messages are written, the last reply is judged, and the recording is carried over."""
    write()
    run_here(RECORD).assert_outcomes(passed=1)

    frozen = harness("freeze", "refund")

    assert frozen.returncode == 0, frozen.stderr
    file = pytester.path / "scenarios/refund-frozen.yaml"
    assert read(file.read_bytes(), "a.yaml").value == {
        "scenario": "refund-frozen",
        "turns": [
            {"user": "I want my money back", "expect": "none"},
            {"user": "4711", "expect": "none"},
            {
                "user": {"press": "Yes, create a request"},
                "expect": {"contains": "refund is on its way"},
            },
        ],
    }
    assert harness("lint").returncode == 0
    run_here().assert_outcomes(passed=2)
    cassette = (pytester.path / "cassettes/refunds/refund-frozen.yaml").read_text()
    assert "user.send" not in cassette
    assert "simulation" not in cassette


def test_another_take_with_teardown_and_a_row(write, run_here, pytester, harness):
    """Turns after the simulated ones keep their recording, and a row's values are variables."""
    text = MODEL_SCENARIO.replace("money back\n", "money back ${word}\n")
    write(
        f"{text}matrix: {{word: [please, now]}}\nrepeat: 2\n"
        "teardown: [{user: 'Bye ${word}'}]\nexpect: {never: {contains: error}}\n"
    )
    run_here(RECORD).assert_outcomes(passed=2)

    frozen = harness("freeze", "refund", "--take", "2", "--row", "now", "--as", "refund-now")

    assert "cassettes/refunds/refund-now.yaml: written" in frozen.stdout, frozen
    value = read((pytester.path / "scenarios/refund-now.yaml").read_bytes(), "a.yaml").value
    assert value["vars"] == {"word": "now"}
    assert value["teardown"] == [{"user": "Bye ${word}"}]
    assert value["expect"] == {"never": {"contains": "error"}}
    run_here("scenarios/refund-now.yaml").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["refund", "--take", "2"], "cassette-missing"),
        (["refund", "--as", "refund"], "import-exists"),
        (["plain"], "not-simulated"),
        (["refund", "--row", "x"], "unknown-row"),
        (["refunds"], "unknown-scenario"),
        (["number"], "wrong-value"),
    ],
)
def test_what_cannot_be_frozen(write, run_here, pytester, harness, words, message):
    """The reason is named, and no file is written."""
    write()
    plain = "scenario: plain\nturns: [{user: Hello, expect: none}]\n"
    (pytester.path / "scenarios/plain.yaml").write_text(plain)
    number = MODEL_SCENARIO.replace("scenario: refund", "scenario: number\nvars: {price: 1.50}")
    (pytester.path / "scenarios/number.yaml").write_text(number)
    run_here(RECORD).assert_outcomes(passed=3)

    frozen = harness("freeze", *words)

    assert frozen.returncode == 2
    assert f"[{message}]" in frozen.stderr + frozen.stdout
    assert len(list((pytester.path / "scenarios").iterdir())) == 3
