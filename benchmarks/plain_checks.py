# ruff: noqa: S101  # asserting is what is measured
"""The six assertions of a turn, written in Python, on the payloads of all conversations.

`python -m benchmarks.plain_checks COUNT` asserts, `… COUNT --unchecked` only reads the payloads.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from jsonschema_rs import Draft202012Validator

from benchmarks.words import (
    FIRST_SUGGESTION,
    MOST_WORDS,
    PATTERN,
    STATUS,
    conversation_name,
    order,
    payload,
    said,
)
from benchmarks.workload import EXPECTED


def _payloads(conversations: int) -> Iterator[tuple[str, Any]]:
    for number in range(1, conversations + 1):
        for text in said(number):
            answer = json.dumps(payload(text, conversation_name(number)))
            yield order(number), json.loads(answer)


def main(conversations: int, *, is_checked: bool) -> None:
    """Print how many turns were looked at."""
    validator = Draft202012Validator(EXPECTED)
    pattern = re.compile(PATTERN, re.DOTALL)
    turns, status = 0, STATUS
    for wanted, found in _payloads(conversations):
        turns += 1
        if is_checked:
            text = found["message"]["text"]
            assert wanted in text
            assert pattern.search(text)
            assert validator.is_valid(found)
            assert found["suggestions"][0] == FIRST_SUGGESTION
            assert status == STATUS
            assert len(text.split()) <= MOST_WORDS
    print(f"{turns} turns")


if __name__ == "__main__":
    main(int(sys.argv[1]), is_checked="--unchecked" not in sys.argv)
