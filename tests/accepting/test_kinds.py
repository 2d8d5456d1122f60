"""Every kind of check has a decision: it is rewritten so that it holds, or the reason is given."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from harness.authoring.accepting.decisions import DECISIONS
from harness.checks.table import CONVERSATION_KINDS, KINDS, TABLE
from harness.conversation import Outcome
from tests.accepting.desk import Desk

NAME = "scenarios/hello.yaml"
UUID = "0b0f7a1e-5a43-4c5e-9d0e-1f2a3b4c5d6e"
PAYLOAD: dict[str, Any] = {
    "id": UUID,
    "at": "2026-03-02T10:15:00Z",
    "total": 7,
    "state": "open",
    "tags": ["a", "b"],
    "messages": [{"text": "We ship."}, {"text": "It takes 3 days."}],
    "buttons": ["Return it", "Opening hours"],
    "products": [{"title": "Red dress", "price": 79.9}, {"title": "Blue dress", "price": 20}],
    "files": [{"name": "bill.pdf", "content": "x"}],
    "calls": [{"name": "search", "arguments": {"q": "dress", "max": 3}}, {"name": "show"}],
    "usage": {"total": 30},
}
REWRITTEN: dict[str, list[tuple[Any, Any]]] = {
    "reading": [({"grade": {"at_most": -3}}, {"grade": {"at_most": -2.6}})],
    "json": [
        ({"$.state": "closed", "$.total": 7}, {"$.state": "open", "$.total": 7}),
        ({"$.id": "x"}, {"$.id": {"matches": "^[0-9a-fA-F-]{36}$"}}),
        ({"$.total": {"less_than": 5, "at_least": 1}},
         {"$.total": {"less_than": 8, "at_least": 1}}),
        ({"$.total": {"between": [1, 3]}}, {"$.total": {"between": [1, 7]}}),
        ({"$.total": {"type": "string"}}, {"$.total": {"type": "integer"}}),
        ({"$.tags": ["a"]}, {"$.tags": ["a", "b"]}),
        ({"$.tags": {"length": 1}}, {"$.tags": {"length": 2}}),
        ({"$.tags[*]": {"length": 1}}, {"$.tags[*]": {"length": 2}}),
        ({"$.state": {"one_of": ["new", "old"]}}, {"$.state": {"one_of": ["open"]}}),
        ({"$.state": {"exists": False}}, {"$.state": {"exists": True}}),
        ({"$.products": {"every": {"type": "string"}}},
         {"$.products": {"every": {"type": "object"}}}),
        ({"$.products[*].price": {"less_than": 50}}, {"$.products[*].price": {"less_than": 80}}),
        ({"$.state": {"contains": "x"}}, {"$.state": {"contains": "open"}}),
        ({"$.state": {"matches": "^x"}}, {"$.state": {"matches": "open"}}),
    ],
    "like": [
        ({"id": "x", "total": 7}, {"id": "<uuid>", "total": 7}),
        ({"id": "<uuid>", "total": "<string>"}, {"id": "<uuid>", "total": 7}),
        ({"at": "2025"}, {"at": "<datetime>"}),
        ({"tags": ["a", "c"]}, {"tags": ["a", "b"]}),
        ({"tags": ["a"]}, {"tags": ["a", "b"]}),
        ({"tags": {"<unordered>": ["a", "c"]}}, {"tags": {"<unordered>": ["a", "b"]}}),
        ({"products": {"<every>": {"price": "<string>"}}},
         {"products": {"<every>": {"title": "<string 1..>", "price": "<number>"}}}),
        ({"products": [{"title": "Old"}, {"price": 20}]},
         {"products": [{"title": "Red dress"}, {"price": 20}]}),
    ],
    "status": [(201, 200), ([201, 202], 200)],
    "headers": [
        ({"X-Release": "release-6", "content-type": {"contains": "json"}},
         {"X-Release": "release-7", "content-type": {"contains": "json"}}),
    ],
    "usage": [({"total": {"at_most": 20}}, {"total": {"at_most": 30}})],
    "messages": [
        ({"count": 3}, {"count": 2}),
        ({"count": 2, "last": {"contains": "2 days"}},
         {"count": 2, "last": {"contains": "It takes 3 days."}}),
        ({"each": {"max_words": 1}}, {"each": {"max_words": 4}}),
    ],
    "replies": [
        ([{"equals": "We ship."}, {"contains": "2 days"}],
         [{"equals": "We ship."}, {"contains": "It takes 3 days."}]),
        ([{"equals": "Hi"}], [{"contains": "We ship."}, {"contains": "It takes 3 days."}]),
    ],
    "actions": [
        (["Return it", "Cancel"], ["Return it", "Opening hours"]),
        ({"count": 3, "contains": "Return it"}, {"count": 2, "contains": "Return it"}),
    ],
    "products": [
        ({"count": 1}, {"count": 2}),
        ({"every": {"$.price": {"less_than": 50}}}, {"every": {"$.price": {"less_than": 80}}}),
        ({"any": {"$.title": "Green dress"}}, {"any": {"$.title": "Red dress"}}),
    ],
    "attachments": [
        ({"count": 2}, {"count": 1}),
        ({"any": {"ends_with": ".png"}}, {"any": {"ends_with": "bill.pdf"}}),
    ],
    "tools": [
        (["search", "find"], ["search", "show"]),
        ({"exactly": [{"name": "search", "arguments": {"q": "shoe"}}, "show"]},
         {"exactly": [{"name": "search", "arguments": {"q": "dress"}}, "show"]}),
        ({"count": 1}, {"count": 2}),
        ({"contains": [{"name": "search", "exact_arguments": {"q": "x"}}, "show"]},
         {"contains": [{"name": "search", "exact_arguments": {"q": "dress", "max": 3}}, "show"]}),
    ],
    "any_of": [
        ([{"contains": "No"}, {"equals": "x"}],
         [{"contains": "It takes 3 days."}, {"equals": "x"}]),
    ],
    "all_of": [
        ([{"contains": "ship"}, {"json": {"$.total": 6}}],
         [{"contains": "ship"}, {"json": {"$.total": 7}}]),
    ],
}  # fmt: skip
"""Values that fail, and what becomes of them. Those of `test_texts.py` are not repeated."""
IN_TEXTS = {
    "equals", "contains", "contains_all", "contains_any", "matches", "starts_with", "ends_with",
    "max_words", "min_words", "max_characters", "language",
}  # fmt: skip
REFUSED: dict[str, tuple[Any, str]] = {
    "not_contains": ("ship", "it forbids what the reply has"),
    "not_matches": ("ship", "it forbids what the reply has"),
    "not": ({"contains": "ship"}, "it forbids what the reply has"),
    "latency": ({"under": "0.001ms"}, "a time differs in every recording"),
    "first_token": ({"under": "0.001ms"}, "a time differs in every recording"),
    "questions": (2, "it says how the bot may talk"),
    "grounded_in": (
        {"sources": "user", "figures": "all"},
        "it requires that figures are in a source",
    ),
    "schema": ({"type": "object", "required": ["no"]}, "the schema says which payloads are right"),
}
WHOLE = {"turns", "repeats", "asks_again"}
ELSEWHERE = {"same_as", "judge", "similar_to"}
"""Tested with golden files, and with a judge in `tests/judging`."""
CASES = [(name, old, new) for name, cases in REWRITTEN.items() for old, new in cases]


def test_every_kind_has_a_decision() -> None:
    """No check of the vocabulary is without a decision and a test of it."""
    names = {kind.name for kind in TABLE} | {*KINDS} | {*CONVERSATION_KINDS}

    assert names == DECISIONS.keys()
    assert names == REWRITTEN.keys() | REFUSED.keys() | IN_TEXTS | WHOLE | ELSEWHERE


def _scenario(name: str, value: Any) -> str:
    expect = {"expect": {name: value}}
    turn = {"user": "Do you ship?", **expect}
    return yaml.safe_dump({"scenario": "hello", "turns": [turn]}, sort_keys=False)


@pytest.mark.parametrize(
    ("name", "old", "new"), CASES, ids=[f"{name}-{str(old)[:40]}" for name, old, _ in CASES]
)
def test_rewritten(desk: Desk, name: str, old: Any, new: Any) -> None:
    """The check says what the reply is; what held already is as it was."""
    desk.bot.answers = {"Do you ship?": PAYLOAD}
    desk.write(NAME, _scenario(name, old))
    assert desk.record(NAME) == [Outcome.FAILED]

    result = desk.accept(NAME)

    assert desk.expected(NAME) == {name: new}, result.output
    assert desk.replay(NAME) == [Outcome.PASSED]


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "first_token"])
def test_refused(desk: Desk, name: str) -> None:
    """A check that is never rewritten stays, with the reason and what to do."""
    value, why = REFUSED[name]
    desk.bot.answers = {"Do you ship?": PAYLOAD}
    desk.write(NAME, _scenario(name, value))
    before = desk.text(NAME)
    assert desk.record(NAME) == [Outcome.FAILED]

    result = desk.accept(NAME)

    assert f"{name} is not accepted: {why}" in result.output
    assert result.exit_code == 1
    assert desk.text(NAME) == before
