"""What the results of a part say of the plan that it belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from harness.core import Json, value_class
from harness.parallel.dividing import PartNumber

_TEXT: Mapping[str, Json] = {"type": "string"}
_TEXTS: Mapping[str, Json] = {"type": "object", "additionalProperties": _TEXT}
_NUMBER: Mapping[str, Json] = {"type": "integer", "minimum": 0}
_POSITIONS: Mapping[str, Json] = {"type": "object", "additionalProperties": _NUMBER}
PART_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "required": ["number", "of"],
    "properties": {"number": {**_NUMBER, "minimum": 1}, "of": {**_NUMBER, "minimum": 1}},
}
"""The key `part` of results."""
PART_OF_PLAN_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "required": [
        *("id", "plays", "selection", "division", "project", "options", "conversations"),
    ],
    "properties": {
        "id": {**_TEXT, "description": "A hash of all that the parts of one plan must share."},
        "plays": {**_NUMBER, "description": "Of all parts."},
        "selection": {**_TEXT, "description": "A hash of what is played."},
        "division": {**_TEXT, "description": "A hash of the seconds by which it is divided."},
        "project": {**_TEXTS, "description": "A hash by each file and folder of the project."},
        "options": {**_TEXTS, "description": "Options that all parts must have."},
        "conversations": {**_POSITIONS, "description": "Positions in the plan, by id."},
        "takes": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {**_NUMBER, "minimum": 1}},
            "description": "Those of conversations of which other parts have the rest, by id.",
        },
        "tests": {**_POSITIONS, "description": "The same of Python tests."},
    },
}
"""The key `plan` of results."""


@value_class(frozen=True, slots=True, kw_only=True)
class PartOfPlan:
    """A plan, and which of its conversations are those of one part."""

    id: str
    """A hash of all that parts of one plan have in common."""
    plays: int
    """Of all parts."""
    selection: str
    """A hash of what is played."""
    division: str
    """A hash of the seconds by which it is divided."""
    project: Mapping[str, str]
    """A hash by harness.yaml and by each file and folder that it names."""
    options: Mapping[str, str]
    """Those that all parts must have, with their values."""
    conversations: Mapping[str, int] = field(default_factory=dict)
    """Positions in the plan of the part's scenarios, from 0, by their ids."""
    takes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The takes of those of which other parts have the rest, by their ids."""
    tests: Mapping[str, int] = field(default_factory=dict)
    """Positions of Python tests, which may hold any number of conversations."""

    @property
    def played(self) -> int:
        """How many tests pytest runs for the part."""
        return len(self.conversations) + len(self.tests)

    def json(self) -> dict[str, Json]:
        """As the results have it."""
        return {
            "id": self.id,
            "plays": self.plays,
            "selection": self.selection,
            "division": self.division,
            "project": dict(self.project),
            "options": dict(self.options),
            "conversations": dict(self.conversations),
            **({"takes": {k: list(v) for k, v in self.takes.items()}} if self.takes else {}),
            **({"tests": dict(self.tests)} if self.tests else {}),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """From the form of `json`."""
        return cls(**content)


@dataclass(slots=True)
class ChosenPart:
    """The part that a run plays."""

    number: PartNumber
    of_plan: PartOfPlan | None = None
    """None before collection, and if that was interrupted."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in the part, because there are more parts than plays."""
        return self.of_plan is not None and not self.of_plan.played

    @property
    def plan_json(self) -> dict[str, Json] | None:
        """What the results say of the plan."""
        return None if self.of_plan is None else self.of_plan.json()


def plan_of_parts(
    *,
    seconds: Mapping[str, float],
    parts: int,
    plays: int,
    project: Mapping[str, str],
    options: Mapping[str, str],
) -> PartOfPlan:
    """A part without conversations, of a plan whose plays or takes need these `seconds`."""
    selection = _hash(sorted(seconds))
    division = _hash([parts, *(list(pair) for pair in sorted(seconds.items()))])
    common: tuple[Json, ...] = (selection, division, dict(project), dict(options))
    return PartOfPlan(
        id=_hash(common),
        plays=plays,
        selection=selection,
        division=division,
        project=project,
        options=options,
    )


def _hash(content: Iterable[Json]) -> str:
    text = json.dumps(list(content), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
