"""The file of a plan: what there is to play, in parts. And what a part says of its plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from harness.core import ConfigurationError, Json, Problem
from harness.formats.json_schema import Schema, compile_format
from harness.parallel.dividing import MOST_PARTS

VERSION = 1
"""Of this format."""
_TEXT: Mapping[str, Json] = {"type": "string"}
_SECONDS: Mapping[str, Json] = {"type": "number", "minimum": 0}
_TEXTS: Mapping[str, Json] = {"type": "array", "items": _TEXT}


def _object(properties: Mapping[str, Json], *optional: str) -> dict[str, Json]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": dict(properties),
    }


def _about(schema: Mapping[str, Json], description: str) -> dict[str, Json]:
    return {**schema, "description": description}


DIGESTS: Mapping[str, Json] = {
    "type": "object",
    "additionalProperties": _TEXT,
    "description": "A hash by harness.yaml and by each file and folder that it names.",
}
_TAKE = _object(
    {
        "key": _about(_TEXT, "Unique in a plan."),
        "take": {"type": "integer", "minimum": 1},
        "seconds": _about(_SECONDS, "Of the recording; omitted if there is none."),
        "part": {"type": "integer", "minimum": 1, "maximum": MOST_PARTS},
    },
    "seconds",
)
_PLAY = _object(
    {
        "id": _about(_TEXT, "As in results.json."),
        "file": _about(_TEXT, "Relative to the project."),
        "scenario": _TEXT,
        "provider": _TEXT,
        "row": _about(_TEXT, "Of the matrix."),
        "seconds": _about(_SECONDS, "Of all takes; takes without a recording are estimated."),
        "takes": {"type": "array", "items": _TAKE, "minItems": 1},
    },
    "row",
)
PLAN_SCHEMA: Mapping[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Plan",
    "description": "What there is to play, in parts; `harness plan --out` writes it.",
    **_object(
        {
            "version": {"const": VERSION, "description": "Of this format."},
            "harness": _about(_TEXT, "Version of the harness."),
            "plan": _about(_TEXT, "A hash of all that follows."),
            "parts": {"type": "integer", "minimum": 1, "maximum": MOST_PARTS},
            "providers": _about(_TEXTS, "Those of --provider."),
            "tags": _about(_TEXTS, "Those of --tag."),
            "repeat": _about(_TEXT, "That of --repeat; empty if each scenario says it."),
            "project": dict(DIGESTS),
            "plays": {"type": "array", "items": _PLAY},
        }
    ),
}
"""The whole file."""


class PlannedTakes(NamedTuple):
    """What a part has of a play."""

    position: int
    """Of the play in the plan, from 0."""
    takes: tuple[int, ...]
    """The numbers of the takes; empty for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """What a file of a plan contains."""

    path: Path
    content: Mapping[str, Any]
    """As `PLAN_SCHEMA` describes it."""

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return int(self.content["parts"])

    def of_part(self, number: int) -> dict[tuple[str, str], PlannedTakes]:
        """What a part has of each play, by the play's file and name; 0 stands for all parts."""
        found: dict[tuple[str, str], PlannedTakes] = {}
        for position, play in enumerate(self.content["plays"]):
            mine = [take["take"] for take in play["takes"] if number in (0, take["part"])]
            if mine:
                is_whole = len(mine) == len(play["takes"])
                key = play["file"], play["id"].partition("::")[2]
                found[key] = PlannedTakes(position, () if is_whole else tuple(mine))
        return found


def plan_hash(content: Mapping[str, Json]) -> str:
    """The hash of a plan."""
    kept = {name: value for name, value in content.items() if name != "plan"}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_plan(path: Path, shown: str) -> PlanFile:
    """Read a file of a plan. Raises `ConfigurationError` `no-plan` with what is wrong."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _no_plan(shown, f"it cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise _no_plan(shown, f"this is not JSON: {error}") from error
    version = content.get("version") if isinstance(content, dict) else None
    if version is not None and version != VERSION:
        raise _no_plan(shown, f"expected version {VERSION} of the format, found {version}")
    if misfit := _format().misfit(content):
        raise _no_plan(shown, misfit)
    if plan_hash(content) != content["plan"]:
        raise _no_plan(shown, "it was edited, or cut, since it was made")
    return PlanFile(path=path, content=content)


def _no_plan(shown: str, message: str) -> ConfigurationError:
    hint = "make it again: harness plan --parts 10 --out plan.json"
    return ConfigurationError(Problem(code="no-plan", where=shown, message=message, hint=hint))


@cache
def _format() -> Schema:
    return compile_format(PLAN_SCHEMA, name="plan")
