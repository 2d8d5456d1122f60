"""The strength of scenarios as JSON: one object a conversation, one a mutant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from harness.core import Json
from harness.core.atomic_file import replacing
from harness.evaluation.strength import Aspect, MeasuredPlay, Mutant, StrengthScore, score_of

FORMAT = 1
STRENGTH = "strength.json"


class StrengthWriter:
    """Writes `strength.json` while conversations are measured; it keeps none of them."""

    def __init__(self, path: Path, waiting: Path) -> None:
        """`waiting` is a folder for what was measured so far. Raises `OSError`."""
        self._path = path
        self._waiting = waiting / path.name
        self._waiting.write_text("", encoding="utf-8")

    def add(self, conversation: Json) -> None:
        """Add a conversation, as `conversation_json` makes it."""
        with self._waiting.open("a", encoding="utf-8") as file:
            file.write(json.dumps(conversation, ensure_ascii=False) + "\n")

    def finish(self, score: StrengthScore) -> Path:
        """Write the file, with the figures of all conversations first."""
        with replacing(self._path) as new, new.open("wb") as file:
            head = json.dumps({"format": FORMAT, **score_json(score)}, ensure_ascii=False)
            file.write(f'{head[:-1]}, "conversations": [\n'.encode())
            for number, line in enumerate(self._lines()):
                file.write(f"{',' if number else ''}{line}".encode())
            file.write(b"]}\n")
        return self._path

    def _lines(self) -> Iterator[str]:
        with self._waiting.open(encoding="utf-8") as file:
            yield from file


def score_json(score: StrengthScore) -> dict[str, Json]:
    """The figures as JSON; shares from 0 to 1, null where there is none."""
    return {
        **{
            aspect.value: {
                "killed": score.killed(aspect),
                "of": score.total(aspect),
                "share": score.share(aspect),
            }
            for aspect in Aspect
        },
        "brittle": score.brittle,
        "contract": score.contract,
        "left_out": score.left_out,
        "survivors": dict(score.survivors),
    }


def conversation_json(measured: MeasuredPlay, shown: str) -> dict[str, Json]:
    """A conversation as JSON."""
    play = measured.play
    head: dict[str, Json] = {
        "file": shown,
        "play": play.name,
        "scenario": play.scenario,
        "provider": play.provider,
        "row": play.row,
    }
    if measured.unmeasured:
        return {**head, "unmeasured": measured.unmeasured}
    return {
        **head,
        **score_json(score_of(measured.mutants)),
        "notes": list(measured.notes),
        "checks": [
            {"turn": one.turn, "name": one.name, "value": one.value, "kills": list(one.kills)}
            for one in measured.checks
        ],
        "mutants": [_mutant_json(mutant) for mutant in measured.mutants],
    }


def _mutant_json(mutant: Mutant) -> dict[str, Json]:
    return {
        "id": mutant.id,
        "turn": mutant.turn,
        "change": mutant.change.value,
        "harmless": mutant.is_harmless,
        "aspect": mutant.aspect.value,
        "fate": mutant.fate.value,
        "reason": mutant.reason,
        "paths": list(mutant.paths),
        "before": mutant.before,
        "after": mutant.after,
    }
