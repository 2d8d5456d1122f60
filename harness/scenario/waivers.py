"""Conversations that are not played, or whose failure is expected, and on what condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from harness.core import Json, value_class
from harness.formats.yaml import Node
from harness.project_file import Mode


class WaiverKind(StrEnum):
    """What is waived."""

    SKIP = "skip"
    """The conversation is not held."""
    XFAIL = "xfail"
    """The bot is known to be wrong."""


@value_class(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A `skip:` or `xfail:`. It applies if all conditions hold; an empty one always holds."""

    kind: WaiverKind
    reason: str
    providers: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    """Names of rows of the matrix."""
    env: tuple[str, ...] = ()
    """Environment variables, one of which is set and not empty."""
    strict: bool = False
    """An XFAIL that passes is a failure."""

    @property
    def is_conditional(self) -> bool:
        """Whether it applies to some plays only."""
        return bool(self.providers or self.modes or self.rows or self.env)

    def applies(
        self, *, provider: str, mode: str, row: str, environment: Mapping[str, str]
    ) -> bool:
        """Whether it applies to this play."""
        return (
            (not self.providers or provider in self.providers)
            and (not self.modes or mode in self.modes)
            and (not self.rows or row in self.rows)
            and (not self.env or any(environment.get(name) for name in self.env))
        )

    def as_json(self) -> list[Json]:
        """For a cache; see `from_json`."""
        lists: list[Json] = [list(self.providers), list(self.modes), list(self.rows)]
        return [self.kind.value, self.reason, *lists, list(self.env), self.strict]

    @classmethod
    def from_json(cls, values: list[Json]) -> Waiver:
        """A waiver from what `as_json` returned."""
        kind, reason, providers, modes, rows, env, strict = values
        return cls(
            kind=WaiverKind(kind),  # type: ignore[arg-type]  # as_json wrote it
            reason=str(reason),
            providers=_texts(providers),
            modes=_texts(modes),
            rows=_texts(rows),
            env=_texts(env),
            strict=bool(strict),
        )


def read_waivers(top: Node) -> tuple[Waiver, ...]:
    """The waivers at the top of a scenario."""
    return tuple(_waiver(kind, top.at(kind.value)) for kind in WaiverKind if top.has(kind.value))


def named_in(node: Node) -> Iterator[tuple[str, Node]]:
    """The key and value of each of a waiver's conditions; a list gives one pair an element."""
    when = node.get("when")
    for key, value in when.items() if when is not None else ():
        for one in value if isinstance(value.value, list) else (value,):
            yield key, one


def _waiver(kind: WaiverKind, node: Node) -> Waiver:
    if not isinstance(node.value, dict):
        return Waiver(kind=kind, reason=str(node.as_written))
    when = node.value.get("when")
    conditions = when if isinstance(when, dict) else {}
    return Waiver(
        kind=kind,
        reason=node.text_of("reason"),
        providers=_texts(conditions.get("provider")),
        modes=_texts(conditions.get("mode")),
        rows=_texts(conditions.get("row")),
        env=_texts(conditions.get("env")),
        strict=bool(node.value.get("strict")),
    )


def _texts(value: Json) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def waiver_schema(kind: WaiverKind) -> dict[str, Json]:
    """The format of `skip:` or `xfail:`."""
    reason: Json = {"type": "string", "minLength": 1, "description": "Shown in every report."}
    keys: dict[str, Json] = {"reason": reason, "when": _WHEN}
    description = "Why the conversation is not played, and on what condition."
    if kind is WaiverKind.XFAIL:
        keys["strict"] = {"type": "boolean", "description": "Whether passing is a failure."}
        description = "Why the bot is known to be wrong here, and on what condition."
    whole: Json = {
        "type": "object",
        "required": ["reason"],
        "additionalProperties": False,
        "properties": keys,
    }
    return {"oneOf": [reason, whole], "description": description}


def _one_or_more(one: Mapping[str, Json], description: str) -> Json:
    some: Json = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    return {"oneOf": [one, some], "description": description}


_NAME: Mapping[str, Json] = {"type": "string", "minLength": 1}
_WHEN: Json = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "description": "All of these must be true; of several values, one is enough.",
    "properties": {
        "provider": _one_or_more(_NAME, "The provider to play against."),
        "mode": _one_or_more({"enum": [*map(str, Mode)]}, "The mode of the run."),
        "row": _one_or_more(_NAME, "A row, by its name in the test's id."),
        "env": _one_or_more(_NAME, "An environment variable that is set and not empty."),
    },
}
