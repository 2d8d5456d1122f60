"""A recorded conversation told again in the words of a definition, until it can be played."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import harness
from harness.authoring.importing.drafting import draft
from harness.conversation import Phase, Response, Stop, Turn
from harness.core import CassetteError, NoSuchButton, NotRecorded, Refused
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.definition import Definition
from harness.providers.flow import message_hash
from harness.providers.recorded_steps import Match
from harness.providers.recorded_values import ProjectFacts, RecordedMessage, messages_in_turns
from harness.providers.session import CLOSING
from harness.transport.cassette import Cassette, CassetteHead, Interactions
from harness.transport.cassette.plain_interaction import (
    PlainInteraction,
    checksum,
    plain_interaction,
)

PLAYED = (Phase.OPEN, Phase.SEND, Phase.CLOSE)
"""The phases of a conversation that a scenario always goes through."""


@dataclass(slots=True, kw_only=True)
class Retelling:
    """One recorded conversation while it becomes a scenario."""

    project: Project
    definition: Definition
    provider: str
    scenario: str
    """The new scenario's id."""
    path: str
    """The new cassette, as it is shown."""
    source: Cassette
    """The recording."""
    rows: Sequence[PlainInteraction]
    """Its interactions, without secrets."""
    matches: Sequence[Match]
    """How they stand to the definition."""
    facts: ProjectFacts
    notes: list[str] = field(default_factory=list)
    """What of the recording was left out, and what was put in."""
    _messages: list[RecordedMessage] = field(default_factory=list)
    _refused: dict[int, Refused] = field(default_factory=dict)
    _closing: list[PlainInteraction] = field(default_factory=list)

    def retell(self) -> tuple[str, Cassette, int]:
        """The scenario's text, the cassette that it replays green, and the number of turns.

        Raises `CassetteError`.
        """
        self._messages = self._all_messages()
        kept = [one for one in self.matches if one.step.phase in PLAYED]
        self._leave_out(
            (one for one in self.matches if one.step.phase not in PLAYED),
            "not part of the turns",
        )
        result = self._held(kept)
        used = _used(result)
        played = [one for one in kept if _take(used, self._key(one))]
        self._leave_out((one for one in kept if one not in played), "not needed")
        text = self._text({turn.number: turn for turn in result.transcript.turns})
        final, cassette = self._play(text, played)
        self._require_green(final)
        return text, cassette, len(self._messages)

    def _leave_out(self, matches: Iterable[Match], why: str) -> None:
        self.notes += [
            f"{self._named(one.place)}, {one.step.name}: {why}; left out" for one in matches
        ]

    def _all_messages(self) -> list[RecordedMessage]:
        """What is said in each turn. Raises `CassetteError`."""
        messages = messages_in_turns(self.matches)
        self._require_one_conversation()
        first: dict[int, Match] = {}
        for one in self.matches:
            if one.step.phase is Phase.SEND:
                first.setdefault(one.turn, one)
        mute = [one for turn, one in first.items() if turn not in messages]
        if mute:
            where = f"{self._named(mute[0].place)}, {mute[0].step.name}"
            raise self._fault(
                "import-unmatched", f"{where}: it does not contain exactly one message"
            )
        if not messages:
            name = self.definition.name
            raise self._fault(
                "import-no-message",
                f"it contains no message that a send step of {name} would send",
            )
        return [messages[turn] for turn in sorted(messages)]

    def _require_one_conversation(self) -> None:
        opened: set[str] = set()
        for one in self.matches:
            if one.step.phase is not Phase.OPEN:
                continue
            if one.step.name in opened and one.turn:
                where = f"{self._named(one.place)}, {one.step.name}"
                raise self._fault(
                    "import-unmatched",
                    f"{where}: it opens a second conversation",
                    "only one conversation can be imported at a time",
                )
            opened.add(one.step.name)

    def _held(self, kept: Sequence[Match]) -> ScenarioResult:
        """The conversation as it is told, with its refusals. Raises `CassetteError`."""
        while True:
            result, _ = self._play(self._text({}), kept)
            stop = result.transcript.stop
            if stop is None:
                return result
            if not self._is_mended(stop, result):
                raise self._broken(stop)

    def _is_mended(self, stop: Stop, result: ScenarioResult) -> bool:
        """Whether there is something more to be told, after which the conversation goes on."""
        error, at = stop.error, stop.turn
        if at == CLOSING:
            return isinstance(error, NotRecorded) and self._fill_closing(result)
        if isinstance(error, Refused) and at not in self._refused:
            self._refused[at] = error
            return True
        one = self._messages[at - 1] if 0 < at <= len(self._messages) else None
        if isinstance(error, NoSuchButton) and one is not None and one.message.display_text:
            label = one.message.display_text
            self.notes.append(
                f"{self._named(one.place)}: it shows '{label}', which no reply offered as a button;"
                " only the text is kept"
            )
            typed = replace(one.message, display_text="")
            self._messages[at - 1] = replace(one, message=typed)
            return True
        return False

    def _fill_closing(self, result: ScenarioResult) -> bool:
        """Put in an empty answer for a closing step whose answer nobody reads."""
        asked = [one.request for one in result.transcript.around if one.response is None]
        steps = {step.name: step for step in self.definition.phases[Phase.CLOSE]}
        step = steps.get(asked[-1].origin.step) if asked else None
        if step is None or step.answer.schema is not None or step.capture:
            return False
        first = step.answer.status[0]
        answer = Response(status=first if isinstance(first, int) else 200)
        self._closing.append(plain_interaction(replace(asked[-1], headers=()), answer))
        self.notes.append(
            f"{step.name} was not recorded: an empty answer with status {answer.status} "
            "takes its place"
        )
        return True

    def _text(self, turns: Mapping[int, Turn]) -> str:
        return draft(
            scenario=self.scenario,
            provider=self.provider,
            session=self.facts.session,
            messages=self._messages,
            refused=self._refused,
            turns=turns,
            schemas=self._schemas(turns),
        )

    def _schemas(self, turns: Mapping[int, Turn]) -> dict[int, str]:
        """The project's own schema of a reply, where it has one that holds."""
        known = self.project.schemas.names()
        names = [f"{self.provider}/reply", f"{self.definition.name}/reply"]
        name = next((one for one in names if one in known), "")
        if not name:
            return {}
        schema = self.project.schemas.schema(name)
        return {
            number: name
            for number, turn in turns.items()
            if turn.reply is not None and schema.is_valid(turn.reply.payload)
        }

    def _play(self, text: str, kept: Sequence[Match]) -> tuple[ScenarioResult, Cassette]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{self.scenario}.yaml"
            file.write_text(text, encoding="utf-8")
            scenario = load_scenario(self.project, file)
        rows = [*(self._row(one) for one in kept), *self._closing]
        cassette = Cassette(
            path=self.path,
            head=self._head(scenario.fingerprint),
            interactions=Interactions(rows),
        )
        play = Play(file=file, scenario=scenario.id, provider=self.provider)
        return Runner(self.project, Mode.REPLAY).replay(scenario, play, cassette), cassette

    def _row(self, one: Match) -> PlainInteraction:
        turn, _ = self._key(one)
        said = self._messages[turn - 1] if turn > 0 else None
        row = self.rows[one.place].copy()
        row["is_ours"] = True
        row["turn"] = turn
        row["step"] = one.step.name
        row["message"] = message_hash(said.message, said.before) if said is not None else ""
        row["is_stream"] = one.step.stream is not None
        return row

    def _key(self, one: Match) -> tuple[int, str]:
        """The turn and step that a request is recorded under."""
        return {Phase.OPEN: 1, Phase.CLOSE: CLOSING}.get(one.step.phase, one.turn), one.step.name

    def _head(self, fingerprint: str) -> CassetteHead:
        source = self.source.head or CassetteHead(scenario="")
        rows = self.source.interactions.plain
        seed = hashlib.blake2s(checksum(rows).encode(), digest_size=8).hexdigest()
        return CassetteHead(
            scenario=self.scenario,
            scenario_hash=fingerprint,
            definition=self.definition.name,
            definition_hash=self.definition.fingerprint,
            settings=self.facts.settings,
            session=self.facts.session,
            seed=source.seed or seed,
            recorded_at=source.recorded_at or _dated(rows),
            version=harness.__version__,
        )

    def _require_green(self, result: ScenarioResult) -> None:
        stop = result.transcript.stop
        if stop is not None:
            raise self._broken(stop)
        for check in result.failures:
            raise self._fault(
                "import-not-green", f"turn {check.turn}: {check.message}", *check.difference
            )

    def _broken(self, stop: Stop) -> CassetteError:
        """Why the conversation cannot be held from the recording, with all that is left over."""
        where = "the closing" if stop.turn == CLOSING else f"turn {stop.turn}"
        what = stop.error.message.removeprefix(f"{self.path}: ")
        lines = (*stop.error.details, *self.notes)
        if isinstance(stop.error, CassetteError):
            return self._fault("import-unmatched", f"{where} cannot be reproduced: {what}", *lines)
        return self._fault("import-not-green", f"{where}: {what} [{stop.error.code}]", *lines)

    def _named(self, place: int) -> str:
        return f"interaction {place + 1} of {len(self.rows)}"

    def _fault(self, code: str, message: str, *details: str) -> CassetteError:
        return CassetteError(
            code, f"{self.source.path}: {message}", "nothing was written", details=details
        )


def _used(result: ScenarioResult) -> Counter[tuple[int, str]]:
    """How often each step was asked for."""
    transcript = result.transcript
    groups = [*(turn.exchanges for turn in transcript.turns), transcript.around]
    origins = [exchange.request.origin for group in groups for exchange in group]
    return Counter((origin.turn, origin.step) for origin in origins)


def _take(used: Counter[tuple[int, str]], key: tuple[int, str]) -> bool:
    used[key] -= 1
    return used[key] >= 0


def _dated(rows: Sequence[PlainInteraction]) -> str:
    """When the first answer with a date was given, ISO 8601; empty where none has one."""
    for row in rows:
        for name, value in row["headers"]:
            if name.lower() == "date":
                try:
                    return parsedate_to_datetime(value).isoformat(timespec="seconds")
                except ValueError:
                    continue
    return ""
