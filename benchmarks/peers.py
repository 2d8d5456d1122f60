"""What others make of the same conversations: pytest-recording, Tavern and promptfoo."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.installing import RECORDING, TAVERN, promptfoo, python_with
from benchmarks.measuring import Command, measure
from benchmarks.ours import CACHE
from benchmarks.serving import bench_server
from benchmarks.words import (
    FIRST_SUGGESTION,
    PATTERN,
    STATUS,
    conversation_name,
    order,
    replied,
    said,
)
from benchmarks.workload import ADDRESS_VARIABLE, HERE, Checks, digest_of, kept_folder

_RECORDED_TESTS = """\
import httpx
import pytest

from benchmarks.words import said


@pytest.fixture(scope="session")
def client():
    with httpx.Client(base_url="{address}") as client:
        yield client


@pytest.mark.vcr
@pytest.mark.parametrize("number", range(1, {count} + 1))
def test_order(client, number):
    for text in said(number):
        client.post(f"/sessions/s-{{number:06}}/messages", json={{"text": text}})
"""

_ENVIRONMENT = {"PYTHONPATH": str(HERE.parent)}


def pytest_recording(conversations: int) -> Command:
    """pytest-recording replaying five requests in each test, without looking at the answers.

    One client serves all tests, and sessions are neither opened nor closed, so it replays 5
    requests where ours replay 7.
    """
    python = python_with("recording", RECORDING)
    pytest = (python, "-m", "pytest", "-q", "-p", "no:randomly", "test_orders.py")

    def make(root: Path) -> None:
        (root / "pytest.ini").write_text("[pytest]\n")
        with bench_server() as address:
            tests = _RECORDED_TESTS.format(address=address, count=conversations)
            (root / "test_orders.py").write_text(tests)
            measure(
                Command(
                    arguments=(*pytest, "--record-mode=rewrite"),
                    folder=root,
                    environment=_ENVIRONMENT,
                    proof=f"{conversations} passed",
                )
            )

    made_from = f"{digest_of(HERE)} {RECORDING}"
    return Command(
        arguments=(*pytest, "--record-mode=none"),
        folder=kept_folder(f"pytest-recording-{conversations}", made_from, make),
        environment=_ENVIRONMENT,
        proof=f"{conversations} passed",
        forget=(CACHE,),
    )


def tavern(conversations: int, address: str, checks: Checks = Checks.TWO) -> Command:
    """Tavern holding the same conversations, one after the other, as it does.

    With two checks it compares the status and the text.
    """

    def make(root: Path) -> None:
        (root / "pytest.ini").write_text("[pytest]\n")
        for number in range(1, conversations + 1):
            text = json.dumps(_tavern_test(number, checks), indent=1)
            (root / f"test_{conversation_name(number)}.tavern.yaml").write_text(text)

    python = python_with("tavern", TAVERN)
    name = "tavern" if checks is Checks.TWO else f"tavern-{checks.value}"
    return Command(
        arguments=(python, "-m", "pytest", "-q", "--tavern-use-default-traceback", "."),
        folder=kept_folder(f"{name}-{conversations}", digest_of(HERE), make),
        environment={**_ENVIRONMENT, ADDRESS_VARIABLE: address},
        proof=f"{conversations} passed",
        forget=(CACHE,),
    )


def _tavern_test(number: int, checks: Checks) -> dict[str, object]:
    """A test in Tavern's format; JSON is YAML too."""
    sessions = f"{{tavern.env_vars.{ADDRESS_VARIABLE}}}/sessions"
    opening = {
        "name": "open",
        "request": {"url": sessions, "method": "POST", "json": {"channel": "web"}},
        "response": {"status_code": 201, "save": {"json": {"session_id": "session_id"}}},
    }
    turns = [
        {
            "name": f"turn {turn}",
            "request": {
                "url": f"{sessions}/{{session_id}}/messages",
                "method": "POST",
                "json": {"text": text},
            },
            **_tavern_answer(number, text, checks),
        }
        for turn, text in enumerate(said(number), 1)
    ]
    closing = {
        "name": "close",
        "request": {"url": f"{sessions}/{{session_id}}", "method": "DELETE"},
        "response": {"status_code": 204},
    }
    return {"test_name": conversation_name(number), "stages": [opening, *turns, closing]}


def _tavern_answer(number: int, text: str, checks: Checks) -> dict[str, object]:
    if checks is Checks.NONE:
        return {}
    response: dict[str, object] = {"status_code": STATUS, "strict": ["json:off"]}
    if checks is Checks.TWO:
        return {"response": {**response, "json": {"message": {"text": replied(text)}}}}
    compared = [
        {"jmespath": "message.text", "operator": "contains", "expected": order(number)},
        {"jmespath": "message.text", "operator": "regex", "expected": PATTERN},
        {"jmespath": "suggestions[0]", "operator": "equals", "expected": FIRST_SUGGESTION},
    ]
    functions = [
        {
            "function": "tavern.helpers:validate_content",
            "extra_kwargs": {"comparisons": compared},
        },
        {"function": "benchmarks.tavern_checks:fits_schema"},
        {"function": "benchmarks.tavern_checks:is_short"},
    ]
    return {"response": {**response, "verify_response_with": functions}}


def promptfoo_unordered(conversations: int, address: str) -> Command:
    """Promptfoo sending every message on its own, 100 at once: no turn waits for the one before.

    This is no conversation, but it is the most that promptfoo sends at once.
    """
    return _promptfoo("unordered", "{{text}}", conversations, address)


def promptfoo_conversations(conversations: int, address: str) -> Command:
    """Promptfoo holding conversations: with `_conversation` it sends one message at a time."""
    prompt = "{% for turn in _conversation %}{% endfor %}{{text}}"
    return _promptfoo("conversations", prompt, conversations, address)


def _promptfoo(name: str, prompt: str, conversations: int, address: str) -> Command:
    program = promptfoo()

    def make(root: Path) -> None:
        tests = [
            _promptfoo_test(number, text)
            for number in _numbers(conversations)
            for text in said(number)
        ]
        provider = {
            "id": "http",
            "config": {
                "url": f"{{{{env.{ADDRESS_VARIABLE}}}}}/sessions/{{{{session}}}}/messages",
                "method": "POST",
                "headers": {"Content-Type": "application/json"},
                "body": {"text": "{{prompt}}"},
                "transformResponse": "json.message.text",
            },
        }
        config = {"prompts": [prompt], "providers": [provider], "tests": tests}
        (root / "promptfooconfig.json").write_text(json.dumps(config, indent=1))

    count = conversations * len(said(1))
    silent = ("--no-cache", "--no-write", "--no-table", "--no-progress-bar", "--no-share")
    folder = kept_folder(f"promptfoo-{name}-{conversations}", digest_of(HERE), make)
    return Command(
        arguments=(program, "eval", "-c", "promptfooconfig.json", "-j", "100", *silent),
        folder=folder,
        environment={
            ADDRESS_VARIABLE: address,
            "PROMPTFOO_CONFIG_DIR": str(folder / ".promptfoo"),
            # Its log files make it crash after its work now and then: "write after end".
            "PROMPTFOO_DISABLE_DEBUG_LOG": "1",
            "PROMPTFOO_DISABLE_ERROR_LOG": "1",
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        },
        proof=f"{count:,} passed",
    )


def _promptfoo_test(number: int, text: str) -> dict[str, object]:
    return {
        "vars": {"text": text, "session": f"s-{number:06}"},
        "metadata": {"conversationId": conversation_name(number)},
        "assert": [{"type": "contains", "value": order(number)}],
    }


def _numbers(conversations: int) -> range:
    return range(1, conversations + 1)
