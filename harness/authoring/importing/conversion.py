"""Converts a recorded conversation into a scenario, and plays it until it passes."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import harness
from harness.authoring.importing.drafting import draft, varying_notes
from harness.authoring.importing.target import Target, reply_schemas
from harness.conversation import Phase, Response, Stop, Turn
from harness.core import CassetteError, Json, NoSuchButton, NotRecorded, Refused
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.definition import Definition
from harness.providers.message_hash import message_hash
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
"""The phases that every scenario has."""


@dataclass(slots=True, kw_only=True)
class Conversion:
    """One recorded conversation while it becomes a scenario."""

    project: Project
    definition: Definition
    target: Target
    source: Cassette
    """The recording."""
    rows: Sequence[PlainInteraction]
    """Its interactions, without secrets."""
    matches: Sequence[Match]
    """The steps of the definition that they match."""
    facts: ProjectFacts
    notes: list[str] = field(default_factory=list)
    """What was left out of the recording, and what was added."""
    _messages: list[RecordedMessage] = field(default_factory=list)
    _refused: dict[int, Refused] = field(default_factory=dict)
    _closing: list[PlainInteraction] = field(default_factory=list)
    _answers: dict[int, Mapping[str, Json]] = field(default_factory=dict)
    """What the tools return that the bot calls in a turn, by its number."""

    def convert(self) -> tuple[str, Cassette, int]:
        """The scenario's text, the cassette that it replays green, and the number of turns.

        Raises `CassetteError`.
        """
        self._messages = self._all_messages()
        in_turns = [match for match in self.matches if match.step.phase in PLAYED]
        self._leave_out(
            (match for match in self.matches if match.step.phase not in PLAYED),
            "not part of the turns",
        )
        result = self._played(in_turns)
        used = _used(result)
        played = [match for match in in_turns if _take(used, self._key(match))]
        self._leave_out((match for match in in_turns if match not in played), "not needed")
        turns = {turn.number: turn for turn in result.transcript.turns}
        text = self._text(turns)
        final, cassette = self._play(text, played)
        self._require_green(final)
        self.notes += varying_notes(turns)
        return text, cassette, len(self._messages)

    def _leave_out(self, matches: Iterable[Match], why: str) -> None:
        self.notes += [
            f"{self._named(match)}, {match.step.name}: {why}; left out" for match in matches
        ]

    def _all_messages(self) -> list[RecordedMessage]:
        """The message of each turn. Raises `CassetteError`."""
        messages = messages_in_turns(self.matches)
        self._require_one_conversation()
        for match in self.matches:
            if match.step.phase is Phase.SEND and match.misplaced:
                where = f"{self._named(match)}, {match.step.name}"
                raise self._fault(
                    "import-unmatched",
                    f"{where}: a list in its body has items that {match.step.name} does not send",
                )
            if match.step.phase is Phase.SEND and match.turn not in messages:
                where = f"{self._named(match)}, {match.step.name}"
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
        for match in self.matches:
            if match.step.phase is not Phase.OPEN:
                continue
            if match.step.name in opened and match.turn:
                where = f"{self._named(match)}, {match.step.name}"
                raise self._fault(
                    "import-unmatched",
                    f"{where}: it opens a second conversation",
                    "only one conversation can be imported at a time",
                )
            opened.add(match.step.name)

    def _played(self, matches: Sequence[Match]) -> ScenarioResult:
        """The conversation when it is played, with its refusals. Raises `CassetteError`."""
        while True:
            result, _ = self._play(self._text({}), matches)
            stop = result.transcript.stop
            if stop is None:
                return result
            if not self._is_repaired(stop, result):
                raise self._broken(stop)

    def _is_repaired(self, stop: Stop, result: ScenarioResult) -> bool:
        """Change the scenario so that the conversation continues. False if no change helps."""
        error, at = stop.error, stop.turn
        if at == CLOSING:
            return isinstance(error, NotRecorded) and self._fill_closing(result)
        if isinstance(error, Refused) and at not in self._refused:
            self._refused[at] = error
            return True
        said = self._messages[at - 1] if 0 < at <= len(self._messages) else None
        if isinstance(error, NoSuchButton) and said is not None and said.message.display_text:
            label = said.message.display_text
            self.notes.append(
                f"{self._named(said)}: it shows '{label}', which no reply offered as a button;"
                " only the text is kept"
            )
            typed = replace(said.message, display_text="")
            self._messages[at - 1] = replace(said, message=typed)
            return True
        return False

    def _fill_closing(self, result: ScenarioResult) -> bool:
        """Add an empty answer for a closing step whose answer is not read."""
        around = result.transcript.around
        requests = [exchange.request for exchange in around if exchange.response is None]
        steps = {step.name: step for step in self.definition.phases[Phase.CLOSE]}
        step = steps.get(requests[-1].origin.step) if requests else None
        if step is None or step.answer.schema is not None or step.capture:
            return False
        first = step.answer.status[0]
        answer = Response(status=first if isinstance(first, int) else 200)
        self._closing.append(plain_interaction(replace(requests[-1], headers=()), answer))
        self.notes.append(
            f"{step.name} was not recorded: an empty answer with status {answer.status} "
            "takes its place"
        )
        return True

    def _text(self, turns: Mapping[int, Turn]) -> str:
        return draft(
            scenario=self.target.scenario,
            provider=self.target.provider,
            session=self.facts.session,
            messages=self._messages,
            refused=self._refused,
            answers=self._answers,
            turns=turns,
            schemas=self._schemas(turns),
        )

    def _schemas(self, turns: Mapping[int, Turn]) -> dict[int, str]:
        """For each turn the project's schema of a reply, if there is one and the reply fits it."""
        return reply_schemas(self.project, self.target.provider, self.definition, turns)

    def _play(self, text: str, matches: Sequence[Match]) -> tuple[ScenarioResult, Cassette]:
        return self._replayed(text, [*map(self._row, matches), *self._closing])

    def _replayed(
        self, text: str, rows: Sequence[PlainInteraction]
    ) -> tuple[ScenarioResult, Cassette]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{self.target.scenario}.yaml"
            file.write_text(text, encoding="utf-8")
            scenario = load_scenario(self.project, file)
        cassette = Cassette(
            path=self._shown,
            head=self._head(scenario.fingerprint),
            interactions=Interactions(rows),
        )
        play = Play(file=file, scenario=scenario.id, provider=self.target.provider)
        return Runner(self.project, Mode.REPLAY).replay(scenario, play, cassette), cassette

    def _row(self, match: Match) -> PlainInteraction:
        turn, step = self._key(match)
        said = self._messages[turn - 1] if turn > 0 else None
        return {
            **self.rows[match.place],
            "is_ours": True,
            "turn": turn,
            "step": step,
            "message": message_hash(said.message, said.before) if said is not None else "",
            "is_stream": match.step.stream is not None,
        }

    def _key(self, match: Match) -> tuple[int, str]:
        """The turn and step under which a request is recorded."""
        turn = {Phase.OPEN: 1, Phase.CLOSE: CLOSING}.get(match.step.phase, match.turn)
        return turn, match.step.name

    def _head(self, fingerprint: str) -> CassetteHead:
        source = self.source.head or CassetteHead(scenario="")
        rows = self.source.interactions.plain
        seed = hashlib.blake2s(checksum(rows).encode(), digest_size=8).hexdigest()
        return CassetteHead(
            scenario=self.target.scenario,
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
        """Why the conversation cannot be played from the recording, with all notes."""
        where = "the closing" if stop.turn == CLOSING else f"turn {stop.turn}"
        what = stop.error.message.removeprefix(f"{self._shown}: ")
        lines = (*stop.error.details, *self.notes)
        if isinstance(stop.error, CassetteError):
            return self._fault("import-unmatched", f"{where} cannot be reproduced: {what}", *lines)
        return self._fault("import-not-green", f"{where}: {what} [{stop.error.code}]", *lines)

    @property
    def _shown(self) -> str:
        return self.project.config.shown(self.target.path)

    def _named(self, recorded: Match | RecordedMessage) -> str:
        return f"interaction {recorded.place + 1} of {len(self.rows)}"

    def _fault(self, code: str, message: str, *details: str) -> CassetteError:
        return CassetteError(
            code, f"{self.source.path}: {message}", "nothing was written", details=details
        )


def _used(result: ScenarioResult) -> Counter[tuple[int, str]]:
    """The number of requests of each step."""
    transcript = result.transcript
    groups = [*(turn.exchanges for turn in transcript.turns), transcript.around]
    origins = [exchange.request.origin for group in groups for exchange in group]
    return Counter((origin.turn, origin.step) for origin in origins)


def _take(used: Counter[tuple[int, str]], key: tuple[int, str]) -> bool:
    used[key] -= 1
    return used[key] >= 0


def _dated(rows: Sequence[PlainInteraction]) -> str:
    """The date of the first answer that has one, ISO 8601; empty if none has."""
    for row in rows:
        for name, value in row["headers"]:
            if name.lower() == "date":
                try:
                    return parsedate_to_datetime(value).isoformat(timespec="seconds")
                except ValueError:
                    continue
    return ""
