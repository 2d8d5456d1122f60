"""Two conversations side by side: their turns, the words that differ, verdicts, times and usage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from harness.conversation import Outcome
from harness.conversation.stored import latency_of
from harness.core import Json
from harness.play.drift.message_pairs import paired_texts
from harness.reports.html.large_texts import without_large_texts
from harness.reports.html.row import KNOWN

Stored = Mapping[str, Any]
Sides = tuple[Stored | None, Stored | None]

MOST_WORDS = 600
"""Words of a text that are compared one by one; of a longer one, only its two ends are."""
MOST_PAIRED = 200
"""Messages of a reply that are paired by their texts; more are paired in order."""

# A word has the spaces after it, and scripts without spaces have words of one character.
_WORD = re.compile(r"(?:[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\w+|[^\w\s])\s*|\s+")
_BAD = (Outcome.BROKEN.value, Outcome.FAILED.value)


def side_by_side(name: str, sides: Sides) -> dict[str, Json]:
    """What the page shows of a conversation that at least one side has."""
    takes = list(_takes(sides))
    present = [one for one in sides if one is not None]
    return {
        "id": name,
        "title": next((one["title"] for one in present if one.get("title")), ""),
        "places": [one and _place(one) for one in sides],
        "differs": list(_differences(sides, takes)),
        "takes": [{"outcomes": outcomes, "turns": turns} for outcomes, turns in takes],
    }


def row_of_pair(name: str, sides: Sides, pair: Mapping[str, Json]) -> dict[str, Json]:
    """What the list shows of it."""
    present = [one for one in sides if one is not None]
    return {
        "id": name,
        "title": pair["title"] or str(present[0]["scenario"]),
        "outcomes": [one and _outcome(one) for one in sides],
        "differs": pair["differs"],
        "tags": list(present[0].get("tags", ())),
    }


def marked_words(old: str, new: str) -> tuple[list[Json], list[Json]]:
    """Both texts in parts: true with those words that only this text has, else false."""
    words = _WORD.findall(old), _WORD.findall(new)
    if max(map(len, words)) > MOST_WORDS:
        blocks = _ends(*words)
    else:
        matcher = SequenceMatcher(None, *words, autojunk=False)
        blocks = [tuple(block) for block in matcher.get_matching_blocks()]
    parts: tuple[list[Json], list[Json]] = ([], [])
    at = [0, 0]
    for *starts, length in blocks:
        for side in (0, 1):
            start = starts[side]
            only, both = words[side][at[side] : start], words[side][start : start + length]
            parts[side].extend(
                [flag, "".join(some)] for flag, some in ((True, only), (False, both)) if some
            )
            at[side] = start + length
    return parts


def _ends(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, ...]]:
    """The words at the start and at the end that both have, as matching blocks."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - start
    end = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    return [(0, 0, start), (len(old) - end, len(new) - end, end), (len(old), len(new), 0)]


def _takes(sides: Sides) -> Iterator[tuple[list[Json], list[Json]]]:
    """Outcomes and turns of each take; a conversation that is not repeated has one."""
    old, new = (_takes_of(one) for one in sides)
    for number in range(max(len(old), len(new), 1)):
        pair = tuple(some[number] if number < len(some) else None for some in (old, new))
        outcomes: list[Json] = [one and _outcome(one) for one in pair]
        yield outcomes, list(_turns(pair[0], pair[1]))


def _takes_of(one: Stored | None) -> Sequence[Stored]:
    return () if one is None else one.get("takes") or (one,)


def _turns(old: Stored | None, new: Stored | None) -> Iterator[Json]:
    sides = tuple(
        {turn["number"]: turn for turn in (one or {}).get("transcript", {}).get("turns", ())}
        for one in (old, new)
    )
    bad = tuple(_bad_checks(one) for one in (old, new))
    for number in sorted({number for side in (*sides, *bad) for number in side}):
        turns = tuple(side.get(number) for side in sides)
        users = [turn and without_large_texts(_user(turn)) for turn in turns]
        yield {
            "number": number,
            "user": users[:1] if users[0] == users[1] else users,
            "pairs": _pairs(turns),
            "sides": [
                _side(turn, some.get(number, ())) for turn, some in zip(turns, bad, strict=True)
            ],
        }


def _user(turn: Stored) -> str:
    user = turn["user"]
    return str(user.get("pressed") or user["text"])


def _pairs(turns: Sequence[Stored | None]) -> list[Json]:
    """The messages of both replies: one text if both are equal, else the parts of each."""
    old, new = (_texts(turn) for turn in turns)
    if max(len(old), len(new)) > MOST_PAIRED:
        found = [(i, i) for i in range(min(len(old), len(new)))]
    else:
        found = sorted(paired_texts(old, new))
    taken = [{pair[side] for pair in found} for side in (0, 1)]
    pairs: list[tuple[float, Json]] = [
        (j, [old[i]] if old[i] == new[j] else list(marked_words(old[i], new[j]))) for i, j in found
    ]
    pairs += [(i - 0.5, [[[True, old[i]]], None]) for i in range(len(old)) if i not in taken[0]]
    pairs += [(j, [None, [[True, new[j]]]]) for j in range(len(new)) if j not in taken[1]]
    return [pair for _, pair in sorted(pairs, key=lambda one: one[0])]


def _texts(turn: Stored | None) -> Sequence[str]:
    reply = (turn or {}).get("reply", {})
    return [without_large_texts(message["text"]) for message in reply.get("messages", ())]


def _side(turn: Stored | None, bad: Iterable[Stored]) -> Json:
    """What else a side has of a turn; None if it was not played there."""
    checks = [[one["name"], one["outcome"], one.get("message", "")] for one in bad]
    if turn is None and not checks:
        return None
    turn = turn or {}
    reply = turn.get("reply", {})
    seconds = latency_of(turn)
    side: dict[str, Json] = {
        "bad": without_large_texts(checks),
        "latency": None if seconds is None else round(seconds, 4),
        "usage": dict(reply.get("usage") or {}),
        "buttons": without_large_texts(list(reply.get("actions", ()))),
        "tools": [call["name"] for call in reply.get("tools") or ()],
        "refusal": turn.get("refusal", {}).get("message", ""),
        "is_silent": bool(turn) and "reply" not in turn and "refusal" not in turn,
    }
    return {name: value for name, value in side.items() if value}


def _bad_checks(one: Stored | None) -> dict[int, list[Stored]]:
    """Checks that failed or broke, and why it ended early, by turn."""
    found: dict[int, list[Stored]] = {}
    for check in (one or {}).get("checks", ()):
        if check["outcome"] in _BAD:
            found.setdefault(check["turn"], []).append(check)
    stop = (one or {}).get("transcript", {}).get("stop")
    if stop is not None:
        broken = {"name": stop["code"], "outcome": "broken", "message": stop["message"]}
        found.setdefault(stop["turn"], []).append(broken)
    return found


def _outcome(one: Stored) -> str:
    return KNOWN if "expected_failure" in one else str(one["outcome"])


def _place(one: Stored) -> Json:
    return f"{one['file']}:{one['line']}" if one.get("line") else str(one["file"])


def _differences(
    sides: Sides, takes: Iterable[tuple[Sequence[Json], Sequence[Json]]]
) -> Iterator[str]:
    """In which ways the two differ, of `only`, `outcome`, `checks`, `text`, `buttons`."""
    if None in sides:
        yield "only"
        return
    old, new = sides
    if old is not None and new is not None and _outcome(old) != _outcome(new):
        yield "outcome"
    found = {kind for _, turns in takes for turn in turns for kind in _turn_differences(turn)}
    yield from (kind for kind in ("checks", "text", "buttons") if kind in found)


def _turn_differences(turn: Any) -> Iterator[str]:  # noqa: ANN401  # as `_turns` makes it
    old, new = ((side or {}) for side in turn["sides"])
    if [check[:2] for check in old.get("bad", ())] != [check[:2] for check in new.get("bad", ())]:
        yield "checks"
    is_same = all(len(pair) == 1 for pair in turn["pairs"])
    if not is_same or any(old.get(key) != new.get(key) for key in ("refusal", "is_silent")):
        yield "text"
    if old.get("buttons") != new.get("buttons"):
        yield "buttons"
