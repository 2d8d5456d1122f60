"""Whether a recording still is of what its scenario and its definition say. Sends nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.cassettes.inventory import Inventory, Slot
from harness.conversation import Exchange, Stop
from harness.core import AuthoringError, Miss, NotRecorded, PlayError, Refused, TransportError
from harness.formats.template import Template
from harness.play.conversation_variables import Variables, message_of
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.providers.flow import message_hash
from harness.providers.provider import BASE_URL
from harness.providers.session import CLOSING, Prepared, Session
from harness.scenario import AssistantLine, MatrixRow, MessagePlan, Scenario, UserTurn, turn_subject
from harness.secrets.redaction import Redactor
from harness.transport.cassette import Cassette, CassetteHead
from harness.transport.cassette.plain_interaction import FIRST_FORMAT
from harness.transport.difference import request_difference
from harness.transport.replay import ReplayTransport

DRAWN = frozenset(("uuid", "random"))
"""Each draw depends on those before it, which may be in a turn that cannot be filled in."""


class Fit(StrEnum):
    """How a recording stands to what would be played today."""

    SAME = "same"
    """Nothing was edited since it was recorded."""
    EDITED = "edited"
    """Something was, but the same would be sent: only what is checked changed, say."""
    UNUSED = "unused"
    """The same would be sent, but the recording holds more."""
    STALE = "stale"
    """Something else would be sent, or the answers can no longer be read."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a recording fits, and a sentence that says so; empty where it fits."""

    fit: Fit
    reason: str = ""
    mode: str = "refresh"
    """The mode that mends it; `record` keeps what a replay would not stumble over."""


class Fitting:
    """Compares recordings with the scenarios and definitions of one project."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._runner = Runner(inventory.project, Mode.REPLAY)

    def fit(self, slot: Slot, cassette: Cassette) -> Fitted:
        """How a cassette of ours fits its slot.

        Where both fingerprints are the recorded ones, nothing more is looked at. Else every
        message that can be told without a reply is compared with the recorded hash, and then the
        conversation is held from the cassette, to compare what it would send.
        """
        head = cassette.head
        if head is None or self._is_same(slot, head):
            return Fitted(Fit.SAME)
        if slot.is_preparation:
            return self._preparation(slot, cassette, head)
        changed = changed_turns(slot, cassette, head)
        if changed:
            return Fitted(Fit.STALE, f"the user's message in {listed(changed)} changed", "record")
        return self._conversation(slot, cassette, head)

    def replay(self, slot: Slot, cassette: Cassette) -> ScenarioResult:
        """Hold the slot's conversation from a cassette that may stand nowhere.

        Raises `AuthoringError` where a setting is wrong.
        """
        return self._runner.replay(slot.scenario, slot.play, cassette)

    def prepare(self, slot: Slot, cassette: Cassette) -> Prepared:
        """Hold what comes before the conversations from a cassette."""
        head = cassette.head or CassetteHead(scenario="")
        provider = self._inventory.project.provider(
            slot.play.provider, recorded=head.settings, credentials=slot.scenario.credentials
        )
        transport = ReplayTransport(cassette, base_url=str(provider.settings.get(BASE_URL) or ""))
        return Session(provider, transport, seed=head.seed).prepare()

    def needs_preparation(self, slot: Slot, conversation: CassetteHead) -> bool:
        """Whether preparing asks for anything, with the settings of a recorded conversation."""
        nothing = Cassette(head=conversation)
        return isinstance(self.prepare(slot, nothing).error, NotRecorded)

    def _is_same(self, slot: Slot, head: CassetteHead) -> bool:
        is_defined = head.definition_hash == self._inventory.definition(slot).fingerprint
        return is_defined and (
            slot.is_preparation or head.scenario_hash == slot.scenario.fingerprint
        )

    def _conversation(self, slot: Slot, cassette: Cassette, head: CassetteHead) -> Fitted:
        try:
            result = self.replay(slot, cassette)
        except AuthoringError as error:
            return Fitted(Fit.STALE, str(error.problems[0].message))
        # A recorded break is how the conversation went.
        if result.error is not None and not isinstance(result.error, TransportError):
            preparation = self._inventory.shown(self._inventory.preparation_of(slot))
            if result.error.message.startswith(f"{preparation}: "):
                # What is wrong with that recording is told of it.
                return Fitted(Fit.EDITED)
            mode = "record" if isinstance(result.error, Miss) else "refresh"
            return Fitted(Fit.STALE, without_path(result.error, cassette), mode)
        redactor = self._redactor(slot, head)
        different = _different_request(_exchanges(result), cassette, redactor)
        if different:
            return Fitted(Fit.STALE, different)
        unused = ", ".join(n.partition("; ")[0] for n in result.notes if "not used" in n)
        return Fitted(Fit.UNUSED, unused) if unused else Fitted(Fit.EDITED)

    def _preparation(self, slot: Slot, cassette: Cassette, head: CassetteHead) -> Fitted:
        prepared = self.prepare(slot, cassette)
        # As of a conversation, a recorded break is how it went.
        is_told = prepared.error is None or isinstance(prepared.error, (Refused, TransportError))
        if prepared.error is not None and not is_told:
            return Fitted(Fit.STALE, without_path(prepared.error, cassette))
        different = _different_request(prepared.exchanges, cassette, self._redactor(slot, head))
        return Fitted(Fit.STALE, different) if different else Fitted(Fit.EDITED)

    def _redactor(self, slot: Slot, head: CassetteHead) -> Redactor:
        provider = self._inventory.project.provider(
            slot.play.provider, recorded=head.settings, credentials=slot.scenario.credentials
        )
        return Redactor(provider.secrets)


def changed_turns(slot: Slot, cassette: Cassette, head: CassetteHead) -> tuple[UserTurn, ...]:
    """The recorded turns in which the user now says something else.

    Only of those that can be filled in without a reply: not where a button is pressed or a
    capture is used.
    """
    scenario = slot.scenario
    recorded: dict[int, str] = {}
    for interaction in cassette.interactions.plain:
        recorded.setdefault(interaction["turn"], interaction["message"])
    row = next(
        (matrix_row for matrix_row in scenario.rows if matrix_row.name == slot.play.row),
        MatrixRow(name=""),
    )
    try:
        variables = Variables(scenario, row, seed=head.seed, now=head.recorded_at)
        variables.fill(scenario.session)
    except PlayError:
        return ()
    is_first = cassette.format == FIRST_FORMAT
    return tuple(
        turn
        for turn, said in _messages(scenario, variables)
        if turn.number in recorded
        and recorded[turn.number] != (said.partition("-")[0] if is_first else said)
    )


def listed(turns: Iterable[UserTurn]) -> str:
    """`turn 2`, or `turn 2 "dress" and turn 3`."""
    names = [turn_subject(turn.number, turn.id) for turn in turns]
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def missing_turns(scenario: Scenario, stop: Stop) -> str:
    """What a recording lacks that broke off there."""
    if stop.turn == CLOSING:
        return "the closing"
    return listed(turn for turn in scenario.user_turns if turn.number >= stop.turn)


def _messages(scenario: Scenario, variables: Variables) -> Iterator[tuple[UserTurn, str]]:
    """The hash of what is said in each turn that can be told without a reply."""
    unknown: set[str] = set()
    before: list[str] | None = []
    for turn in scenario.turns:
        if isinstance(turn, AssistantLine):
            text = None if turn.text.names & unknown else _filled(turn.text, variables)
            before = None if text is None or before is None else [*before, text]
            unknown |= DRAWN if text is None else frozenset()
            continue
        plan = variables.as_said(turn) if turn.message.utterances else turn.message
        names = frozenset().union(*(template.names for template in _templates(plan)))
        if names & unknown:
            unknown |= DRAWN
        elif plan.press is not None:
            unknown |= DRAWN & names
        else:
            try:
                message = message_of(plan, variables, None)
            except PlayError:
                unknown |= DRAWN
            else:
                if before is not None:
                    yield turn, message_hash(message, before)
        before = []
        unknown |= turn.captures.keys()


def _filled(text: Template, variables: Variables) -> str | None:
    """A text; None where a value is not there, as in a fragment."""
    try:
        return variables.text(text)
    except PlayError:
        return None


def _templates(plan: MessagePlan) -> Iterator[Template]:
    for template in (plan.text, plan.press, plan.attachments, plan.metadata):
        if template is not None:
            yield template


def _exchanges(result: ScenarioResult) -> Iterator[Exchange]:
    transcript = result.transcript
    for turn in transcript.turns:
        yield from turn.exchanges
        yield from turn.looked_up
    yield from transcript.around


def _different_request(
    exchanges: Iterable[Exchange], cassette: Cassette, redactor: Redactor
) -> str:
    """A sentence about the first request that is not the recorded one; empty for none.

    A replay compares no requests in full, as ids in them may differ; filled in with the recorded
    seed and the recorded answers, those are the same.
    """
    rows = defaultdict(list)
    is_first = cassette.format == FIRST_FORMAT
    for row in cassette.interactions.plain:
        rows[row["turn"], row["step"]].append(row)
    for exchange in exchanges:
        origin = exchange.request.origin
        waiting = rows[origin.turn, origin.step]
        different = waiting and request_difference(
            waiting.pop(0), exchange.request, redactor, is_first_format=is_first
        )
        if different:
            where = {CLOSING: "the closing", 0: "the opening"}.get(
                origin.turn, f"turn {origin.turn}"
            )
            return f"the request of step {origin.step} of {where} changed, at {different}"
    return ""


def without_path(error: PlayError, cassette: Cassette) -> str:
    """The error's sentence without the cassette's path, which stands before it already."""
    return error.message.removeprefix(f"{cassette.path}: ")
