"""What a judge answered: read, held against what it saw, and counted."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from harness.conversation import Ballot
from harness.core import Json, shorten
from harness.formats.json_schema import Schema, compile_schema
from harness.formats.strict_json import first_fault, no_constant, unique_keys

LONGEST_ANSWER = 100_000
"""Characters of an answer that are read."""
_MARKS = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
    | {"\u2026": "..."}
)
"""Characters that models exchange when they copy a text."""


class Unreadable(ValueError):
    """An answer is not what was asked for. The text is a clause that says why."""


Votes = Mapping[str, Mapping[str, Json]]
"""What an answer says about each criterion."""


def votes_in(text: str, schema: Mapping[str, Json]) -> Votes:
    """What an answer says about each criterion. Raises `Unreadable`."""
    votes, fault = _votes_or_fault(text, json.dumps(schema, sort_keys=True))
    if fault:
        raise Unreadable(fault)
    return votes


# An answer is read when it is asked for, and when it is judged.
@lru_cache(maxsize=256)
def _votes_or_fault(text: str, schema: str) -> tuple[Votes, str]:
    try:
        return _valid(text, schema), ""
    except Unreadable as error:
        return {}, str(error)


def _valid(text: str, schema: str) -> Votes:
    if not text.strip():
        raise Unreadable("it is empty")
    if len(text) > LONGEST_ANSWER:
        raise Unreadable(f"it has more than {LONGEST_ANSWER:,} characters")
    try:
        value = json.loads(text, object_pairs_hook=unique_keys, parse_constant=no_constant)
    except RecursionError:
        raise Unreadable("it has too many levels") from None
    except json.JSONDecodeError as error:
        raise Unreadable(_not_json(text, error)) from error
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if fault := first_fault(text):
        raise Unreadable(fault[1])
    if reason := _schema(schema).misfit(value):
        raise Unreadable(reason)
    return value["criteria"]  # type: ignore[no-any-return]  # the schema says so


def _not_json(text: str, error: json.JSONDecodeError) -> str:
    start = text.strip()
    if start.startswith("```"):
        return "it is in a code fence"
    if not start.startswith("{"):
        return f"it does not begin with '{{' but with {shorten(start, 30)!r}"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "it is cut off"
    if error.msg == "Extra data":
        return "there is more after the JSON object"
    return f"it is not JSON: {error.msg} at character {error.pos + 1}"


@lru_cache(maxsize=256)
def _schema(text: str) -> Schema:
    return compile_schema(json.loads(text), name="the answer")


def is_quoted(quote: str, texts: Iterable[str]) -> bool:
    """Whether a quote is in one of the texts; blanks and typographic characters may differ."""
    wanted = _plain(quote).strip(" \"'")
    return not wanted or any(wanted in _plain(text) for text in texts)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(_MARKS))


def counted_votes(ballots: Sequence[Ballot], name: str) -> dict[str, int]:
    """How many answers say what about a criterion."""
    counts = {"yes": 0, "no": 0, "unknown": 0}
    for ballot in ballots:
        if vote := ballot.votes.get(name):
            counts[vote.verdict] += 1
    return counts
