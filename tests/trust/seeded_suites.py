"""Suites of sound scenarios, in some of which a run would prove nothing; and where that is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from harness.conversation import Origin, Request, Response, UserMessage
from harness.core import Json
from harness.evaluation.trust import Vacuity
from harness.project.loading import load_scenario
from harness.project.project import Project
from harness.providers.catalogue import definition_of
from harness.providers.message_hash import message_hash
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    write_cassette,
)

TODAY = "2026-11-30T10:00:00+00:00"
LONG_AGO = "2024-02-29T10:00:00+00:00"
CONFIG = """\
max_age: 90d
providers: {shop: {definition: definitions/shop, settings: {base_url: 'http://127.0.0.1:9'}}}
"""
DEFINITION = """\
definition: shop
settings: {base_url: {type: string}}
send:
  - request: {post: /chat, json: {text: '${message.text}'}}
    reply: {messages: '$.messages[*]', text: $.text, messages_optional: true, usage: $.usage}
"""
CITIES = ("Lyon", "Turin", "Graz", "Ghent")


@dataclass
class Turn:
    """A turn of a scenario, and the code of what is wrong with it."""

    user: str
    text: str
    expect: str
    more: str = ""
    """Further keys, as a line."""
    payload: dict[str, Json] = field(default_factory=dict)
    kind: Vacuity | None = None
    at: int = 1
    """The line of the finding in the turn, from 0: that of `expect`, unless the turn is meant."""


@dataclass
class Seeded:
    """A scenario with its recording."""

    name: str
    turns: list[Turn]
    head: str = ""
    """A line below the scenario's id; empty for none."""
    kind: Vacuity | None = None
    """What is wrong with the whole of it."""
    recorded_at: str = TODAY
    sent: dict[str, Json] | None = None
    """What was sent in each turn when it was recorded; None if it is what is sent today."""
    is_recorded: bool = True

    @property
    def file(self) -> str:
        """Its path in the project."""
        return f"scenarios/{self.name}.yaml"

    @property
    def lines(self) -> list[str]:
        """Of its file."""
        head = [self.head] if self.head else []
        return [f"scenario: {self.name}", *head, "turns:", *_all_lines(self.turns)]

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """The codes of all findings, each with its file and line."""
        found = []
        if self.kind is not None:
            found.append((self.kind.code, f"{self.file}:{2 if self.head else 1}"))
        line = len(self.lines) - len(_all_lines(self.turns))
        for turn in self.turns:
            if turn.kind is not None:
                found.append((turn.kind.code, f"{self.file}:{line + 1 + turn.at}"))
            line += len(_lines_of(turn))
        return found


def _all_lines(turns: Sequence[Turn]) -> list[str]:
    return [line for turn in turns for line in _lines_of(turn)]


def _lines_of(turn: Turn) -> list[str]:
    more = [f"    {turn.more}"] if turn.more else []
    return [f"  - user: {turn.user}", f"    expect: {turn.expect}", *more]


def sound_turn(random: Random) -> Turn:
    """A turn whose checks can fail, and are not all about the words of the user."""
    city, days = random.choice(CITIES), random.randrange(2, 9)
    expect = random.choice(
        (
            f"{{contains: {city}}}",
            f"{{contains: {city}, not_contains: sorry, max_words: 40}}",
            f"{{any_of: [{{contains: {city}}}, {{contains: depot}}]}}",
            f"{{matches: 'from {city} in [0-9]+ days'}}",
            "{replies: [{contains: parcel}, {optional: true, contains: bye}]}",
            "{schema: {type: object, required: [state], properties: {state: {const: sent}}}}",
            "{json: {$.state: sent, $.items: {length: 2, unique: true}}, language: en}",
            "{not: {contains: lost}, min_words: 3, usage: {tokens: {at_most: 50}}}",
        )
    )
    return Turn(
        user="Where is it?",
        text=f"Your parcel left us and comes from {city} in {days} days.",
        expect=expect,
        payload={"state": "sent", "items": ["shirt", "shoe"], "usage": {"tokens": 7}},
    )


def _expecting(kind: Vacuity, *expectations: str, **more: Json) -> Callable[[Random], Turn]:
    def make(random: Random) -> Turn:
        turn = sound_turn(random)
        turn.payload |= more
        turn.expect, turn.kind = random.choice(expectations), kind
        return turn

    return make


def _unchecked(random: Random) -> Turn:
    turn = sound_turn(random)
    turn.expect, turn.kind, turn.at = "none", Vacuity.UNCHECKED_TURN, 0
    return turn


def _own_capture(random: Random) -> Turn:
    turn = sound_turn(random)
    turn.expect, turn.kind = "{contains: '${text}'}", Vacuity.OWN_CAPTURE
    turn.more = "capture: {text: '$.messages[0].text'}"
    return turn


def _echo(random: Random) -> Turn:
    turn = sound_turn(random)
    turn.user, turn.expect = "Where is my parcel now?", "{contains: parcel}"
    turn.kind, turn.at = Vacuity.ECHO_PASSES, 0
    return turn


TURNS: Sequence[Callable[[Random], Turn]] = (
    _unchecked,
    _own_capture,
    _echo,
    _expecting(
        Vacuity.CANNOT_FAIL,
        "{any_of: [{contains: parcel}, {not_contains: parcel}]}",
        "{any_of: [{contains: parcel}, {max_words: 4000}]}",
        "{not: {min_words: 9000}}",
        "{max_characters: 90000}",
    ),
    _expecting(
        Vacuity.OPTIONAL_ONLY,
        "{replies: [{optional: true, contains: parcel}]}",
        "{replies: [{optional: true, contains: parcel}, {optional: true, ends_with: '!'}]}",
    ),
    _expecting(
        Vacuity.EMPTY_LIST,
        "{json: {$.faults: {none: {contains: wrong}}}}",
        "{json: {$.faults: {sorted: true}}}",
        "{json: {'$.parts': {unique: true}}}",
        faults=[],
        parts=["one"],
    ),
    _expecting(
        Vacuity.LOOSE_SCHEMA,
        "{schema: {type: object}}",
        "{schema: {type: object, properties: {stat: {const: sent}}}}",
    ),
    _expecting(Vacuity.SKIPPED_CHECK, "{tools: [lookup], contains: parcel}"),
)
"""Turns that prove nothing."""


def _of_head(kind: Vacuity, *heads: str) -> Callable[[Seeded, Random], None]:
    def seed(scenario: Seeded, random: Random) -> None:
        scenario.kind, scenario.head = kind, random.choice(heads)

    return seed


def too_old(scenario: Seeded, _: Random) -> None:
    """Make its recording older than harness.yaml allows."""
    scenario.kind, scenario.recorded_at = Vacuity.OLD, LONG_AGO


def _stale(scenario: Seeded, random: Random) -> None:
    scenario.kind = Vacuity.STALE
    scenario.sent = random.choice(({"text": scenario.turns[0].user, "channel": "web"}, {}))


def _missing(scenario: Seeded, _: Random) -> None:
    scenario.kind, scenario.is_recorded = Vacuity.NOT_GREEN, False


def _without_end(scenario: Seeded, _: Random) -> None:
    scenario.kind, scenario.head = Vacuity.XFAIL_WITHOUT_END, "xfail: known"
    scenario.turns[0].expect = "{contains: hippopotamus}"


WHOLES: Sequence[Callable[[Seeded, Random], None]] = (
    too_old,
    _stale,
    _missing,
    _without_end,
    _of_head(Vacuity.XFAIL_PASSES, "xfail: {reason: known, strict: true}"),
    _of_head(
        Vacuity.ALWAYS_SKIPPED,
        "skip: later",
        "skip: {reason: later, when: {mode: [replay, live]}}",
        "skip: {reason: later, when: {provider: shop}}",
    ),
    _of_head(Vacuity.GATE, "repeat: {takes: 5, pass: 2}", "repeat: {takes: 3, pass: 1}"),
    _of_head(Vacuity.ALL_IGNORED, "strength: {ignore: [$]}"),
)
"""What makes a whole scenario prove less."""


def seeded_suite(seed: int) -> list[Seeded]:
    """One to four scenarios; the same for the same seed."""
    random = Random(seed)  # noqa: S311  # the same on every machine
    return [_scenario(f"order-{number}", random) for number in range(random.randrange(1, 5))]


def _scenario(name: str, random: Random) -> Seeded:
    scenario = Seeded(name, [sound_turn(random) for _ in range(random.randrange(1, 4))])
    match random.randrange(4):
        case 0:
            random.choice(WHOLES)(scenario, random)
        case 1 | 2:
            for number in random.sample(
                range(len(scenario.turns)), random.randint(1, len(scenario.turns))
            ):
                scenario.turns[number] = random.choice(TURNS)(random)
    return scenario


def write_suite(folder: Path, suite: Sequence[Seeded]) -> Project:
    """Write a project with the scenarios and their recordings."""
    for name, text in (
        ("harness.yaml", CONFIG),
        ("definitions/shop/provider.yaml", DEFINITION),
        *((one.file, "\n".join(one.lines) + "\n") for one in suite),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    project = Project.at(folder / "harness.yaml")
    for one in suite:
        if one.is_recorded:
            _record(project, folder, one)
    return project


def _record(project: Project, folder: Path, seeded: Seeded) -> None:
    scenario = load_scenario(project, folder / seeded.file)
    definition = definition_of(project.config, project.config.providers["shop"])
    head = CassetteHead(
        scenario=scenario.id,
        scenario_hash=scenario.fingerprint,
        definition="shop",
        # A recording that is stale was made with another definition.
        definition_hash=definition.fingerprint if seeded.sent is None else "before",
        recorded_at=seeded.recorded_at,
        seed="a",
    )
    interactions = [_interaction(seeded, *one) for one in enumerate(seeded.turns, 1)]
    path = folder / f"cassettes/shop/{seeded.name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_cassette(path, Cassette(head=head, interactions=Interactions.of(interactions)))


def _interaction(seeded: Seeded, number: int, turn: Turn) -> Interaction:
    said = message_hash(UserMessage(text=turn.user))
    request = Request(
        method="POST",
        url="http://127.0.0.1:9/chat",
        body=json.dumps({"text": turn.user} if seeded.sent is None else seeded.sent).encode(),
        origin=Origin(turn=number, step="send.1", message=said),
    )
    payload = {"messages": [{"text": turn.text}], **turn.payload}
    body = json.dumps(payload).encode()
    return Interaction(request=request, response=Response(status=200, body=body, seconds=0.1))
