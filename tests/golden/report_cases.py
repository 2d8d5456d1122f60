"""Results of runs, from which the reports of the golden texts are made."""

from __future__ import annotations

from pathlib import Path

from harness.reports.results import Results, ResultsWriter, read_results

HEAD = {
    "version": 1,
    "harness": "1.2.3",
    "run": "0123456789ab",
    "started": "2026-11-22T10:00:00.000+00:00",
    "mode": "replay",
    "project": "shop",
    "branch": "main",
    "commit": "c0ffee0123456789",
    "changed": True,
    "command": "harness run --tag 'shop and `x|y`'",
}
HOSTILE = (
    "```\n# no heading\n</details><script>alert(1)</script> | @everyone, see #1 and\n"
    "::stop-commands::x\n::error::y `a\\|b` \x1b[31mred\x1b[0m \u202etxt 100%\r\n[a](http://b)"
)


def failed(name: str, **more: object) -> dict:
    """A conversation whose second turn says what it should not."""
    check = {
        "name": "contains",
        "outcome": "failed",
        "turn": 2,
        "line": 12,
        "column": 7,
        "message": "the reply does not contain 'booked'",
        "expected": "a text with 'booked'",
        "actual": "Which day?",
    }
    return {
        **_about(name, "failed"),
        "codes": ["contains"],
        "plan": [{"turn": 1, "line": 5}, {"turn": 2, "line": 10}],
        "checks": [
            {"name": "contains", "outcome": "passed", "turn": 1, "line": 7},
            check | more,
            {**check, "name": "schema", "line": 13, "message": "the payload has no 'id'"},
        ],
        "failure": f"scenarios/{name}.yaml:12:7: turn 2: {(check | more)['message']}\n"
        f"  assistant   {(check | more)['actual']}",
        "transcript": {"turns": []},
    }


def broken(name: str) -> dict:
    """A conversation that the network broke."""
    stop = {"turn": 1, "code": "timed-out", "message": "no answer in 30 s", "hint": "try later"}
    return {
        **_about(name, "broken"),
        "codes": ["timed-out"],
        "plan": [{"turn": 1, "line": 5}],
        "failure": f"scenarios/{name}.yaml:5:3: turn 1: no answer in 30 s",
        "transcript": {"turns": [], "stop": stop},
    }


def repeated(name: str) -> dict:
    """A scenario of three takes, of which one passed and two should have."""
    takes = [
        {**_about(name, "passed"), "transcript": {"turns": []}, "take": 1},
        {**broken(name), "take": 2},
        {**failed(name), "take": 3},
    ]
    return {
        **_about(name, "failed"),
        "codes": ["contains", "schema"],
        "repeat": {"passed": 1, "told": 2, "wanted": 2},
        "failure": f"scenarios/{name}.yaml:2:9: 1 of 2 takes passed, 2 wanted",
        "takes": takes,
    }


def passed(name: str) -> dict:
    """A conversation without a fault."""
    return {**_about(name, "passed"), "transcript": {"turns": []}}


def _about(name: str, outcome: str) -> dict:
    return {
        "id": f"scenarios/{name}.yaml::{name}[echo]",
        "scenario": name,
        "provider": "parrot" if name.startswith("p") else "echo",
        "file": f"scenarios/{name}.yaml",
        "line": 1,
        "outcome": outcome,
    }


USUAL = [
    passed("plain"),
    failed("booking"),
    broken("asked"),
    repeated("often"),
    {**failed("known"), "expected_failure": "known since May"},
    {**_about("later", "skipped"), "notes": ["not ready"]},
    failed("elsewhere", file="scenarios/fragments/day.yaml", line=3, column=5),
    passed("mended"),
]
BEFORE = [
    passed("plain"),
    passed("booking"),
    broken("asked"),
    broken("mended"),
    passed("gone"),
    {**failed("known"), "expected_failure": "known since May"},
]
UNREAD = [
    {
        "file": "scenarios/greet.yaml",
        "message": "scenarios/greet.yaml:2:1: unknown key 'turnz'\n    2 | turnz: 3\n"
        "      | ^^^^^ did you mean 'turns'? [unknown-key]\n"
        "scenarios/greet.yaml:5:14: turn 1: unknown check 'containz'\n"
        "    5 |     expect: {containz: b}\n"
        "      |              ^^^^^^^^ did you mean 'contains'? [unknown-check]",
    },
    {
        "file": "tests/test_x.py",
        "message": "Traceback:\nlib/importlib.py:126: in import_module\ntests/test_x.py:1: in "
        "<module>\n    import nowhere\nE   ModuleNotFoundError: No module named 'nowhere'",
    },
]


def write_results(
    path: Path, conversations: list[dict], *, errors: list[dict] = (), is_whole: bool = True
) -> Results:
    """A file of results as a run writes it."""
    writer = ResultsWriter(path, HEAD)
    for one in conversations:
        writer.add(one)
    if is_whole:
        writer.finish(errors=errors, exit_status=1)
    else:
        writer.abandon()
    return read_results(path)
