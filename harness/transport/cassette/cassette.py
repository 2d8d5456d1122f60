"""A recording as a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import cast, overload

from harness.conversation import Request, Response
from harness.core import Json, describe, value_class
from harness.transport.cassette.plain_interaction import (
    FORMAT,
    Break,
    PlainInteraction,
    break_of,
    plain_interaction,
    request_of,
    response_of,
)

_HEAD_KINDS: Mapping[str, type] = {
    "take": int,
    **dict.fromkeys(("settings", "session", "simulation", "seeded"), dict),
}
"""The types of a head's keys; the others are texts."""
_KIND_NAMES: Mapping[type, str] = {str: "a text", int: "a whole number", dict: "a mapping"}


@value_class(frozen=True, slots=True, kw_only=True)
class CassetteHead:
    """What was recorded, when, and with which provider. It contains no secrets."""

    scenario: str
    scenario_hash: str = ""
    row: str = ""
    """The row of the scenario's matrix; empty where it has none."""
    take: int = 1
    """From 1."""
    definition: str = ""
    definition_hash: str = ""
    settings: Mapping[str, Json] = field(default_factory=dict)
    """The provider's settings without the secret ones."""
    session: Mapping[str, Json] = field(default_factory=dict)
    """The scenario's values for the provider when the conversation opened."""
    simulation: Mapping[str, Json] = field(default_factory=dict)
    """What decided the messages of a simulated user; empty where the scenario has none."""
    seed: str = ""
    """The seed of `uuid()`, `now()` and `random()`."""
    seeded: Mapping[str, Json] = field(default_factory=dict)
    """Values that a replay needs again."""
    recorded_at: str = ""
    """ISO 8601, UTC."""
    version: str = ""
    """Of the harness."""


@value_class(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A request and its response."""

    request: Request
    response: Response
    is_ours: bool = True
    """It names its turn and step; an interaction of another tool does not."""
    broken: Break | None = None
    """Why the response ended early; None where it was complete."""


class Interactions(Sequence[Interaction]):
    """Interactions in recorded order. Each is built when it is first used."""

    __slots__ = ("_built", "plain")

    def __init__(self, plain: Sequence[PlainInteraction] = ()) -> None:
        self.plain = plain
        """The plain form of each."""
        self._built: dict[int, Interaction] = {}

    @classmethod
    def of(cls, interactions: Iterable[Interaction]) -> Interactions:
        """Convert interactions to their plain form."""
        return cls(
            [
                plain_interaction(one.request, one.response, is_ours=one.is_ours, broken=one.broken)
                for one in interactions
            ]
        )

    def __len__(self) -> int:
        return len(self.plain)

    @overload
    def __getitem__(self, index: int) -> Interaction: ...
    @overload
    def __getitem__(self, index: slice) -> Interactions: ...
    def __getitem__(self, index: int | slice) -> Interaction | Interactions:
        if isinstance(index, slice):
            return Interactions(self.plain[index])
        built = self._built.get(index)
        if built is None:
            plain = self.plain[index]
            built = self._built[index] = Interaction(
                request=request_of(plain),
                response=response_of(plain),
                is_ours=plain["is_ours"],
                broken=break_of(plain),
            )
        return built

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Interactions):
            return NotImplemented
        return list(self.plain) == list(other.plain)

    __hash__ = None  # type: ignore[assignment]  # they are lists


@value_class(frozen=True, slots=True, kw_only=True)
class Cassette:
    """A recording. The head is None where another tool wrote it."""

    path: str = ""
    """As shown to people; empty for one that was never a file."""
    head: CassetteHead | None = None
    interactions: Interactions = field(default_factory=Interactions)
    format: int = FORMAT
    """The format by which it is read; it is always written in the newest."""


def cassette_to_json(cassette: Cassette) -> Json:
    """The plain form, for a cache. It shares its lists with the cassette."""
    return {
        "head": None if cassette.head is None else head_to_json(cassette.head),
        "rows": cast("Json", cassette.interactions.plain),
        "format": cassette.format,
    }


def cassette_from_json(content: Json, path: str = "") -> Cassette:
    """Restore a cassette from its plain form; its interactions are built when they are used."""
    plain = cast("Mapping[str, Json]", content)
    head = plain["head"]
    return Cassette(
        path=path,
        head=None if head is None else CassetteHead(**cast("dict[str, str]", head)),  # type: ignore[arg-type]  # as `head_to_json` wrote it
        interactions=Interactions(cast("Sequence[PlainInteraction]", plain["rows"])),
        format=cast("int", plain["format"]),
    )


def head_from(plain: Mapping[str, object]) -> CassetteHead:
    """Read a head from its plain form, without the keys that this version does not know.

    Raises `ValueError` whose text is a clause about the head, such as `names no scenario`.
    """
    for name, value in plain.items():
        kind = _HEAD_KINDS.get(name, str if name in CassetteHead.__slots__ else None)
        if kind is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise ValueError(
                f"says that '{name}' is {describe(value)}, expected {_KIND_NAMES[kind]}"
            )
    if "scenario" not in plain:
        raise ValueError("names no scenario")
    known = {name: plain[name] for name in CassetteHead.__slots__ if name in plain}
    return CassetteHead(**known)  # type: ignore[arg-type]  # each was looked at above


def head_to_json(head: CassetteHead) -> dict[str, Json]:
    """The plain form of a head."""
    plain = {name: getattr(head, name) for name in CassetteHead.__slots__}
    return {
        **plain,
        "settings": dict(head.settings),
        "session": dict(head.session),
        "simulation": dict(head.simulation),
        "seeded": dict(head.seeded),
    }
