from __future__ import annotations

from harness.checks import KINDS
from harness.json_path import path_hint
from harness.scenario.wrong_place import CHECKS


def test_every_check_is_known_by_its_name():
    """A check in the wrong place is told from a misspelt key."""
    beside_checks = {"history", "ignore_case"}

    assert {*KINDS, *beside_checks} == CHECKS


def test_a_path_is_told_as_it_was_meant():
    """Names that cannot stand behind a dot are put into brackets, and nothing else is guessed."""
    hints = {
        "$.response.session-id": "write $.response['session-id']",
        "$.unit price[0].a": "write $['unit price'][0].a",
        "$..a-b.c": "",
        "$.a[": "",
        "response.text": "a path begins with '$', such as $.response.text",
    }

    assert {path: path_hint(path) for path in hints} == hints
