"""Compares recordings with their scenarios and definitions. Sends nothing."""

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
from harness.providers.message_hash import message_hash
from harness.providers.provider import BASE_URL, Provider
from harness.providers.session import CLOSING, Prepared, Session
from harness.scenario import AssistantLine, MatrixRow, Scenario, UserTurn, turn_subject
from harness.secrets.redaction import Redactor
from harness.transport.cassette import FIRST_FORMAT, Cassette, CassetteHead
from harness.transport.cassette.plain_interaction import sent_rows
from harness.transport.difference import request_difference
from harness.transport.replay import ReplayTransport

DRAWN = frozenset(("uuid", "random"))
"""Functions whose values depend on earlier draws, perhaps in a turn that cannot be filled in."""


class Fit(StrEnum):
    """How a recording compares with what would be played today."""

    SAME = "same"
    """Nothing was edited since it was recorded."""
    EDITED = "edited"
    """Something was edited, such as a check, but the same would be sent."""
    UNUSED = "unused"
    """The same would be sent, but the recording contains more."""
    STALE = "stale"
    """Something else would be sent, or the answers can no longer be read."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a recording fits, and why it does not."""

    fit: Fit
    reason: str = ""
    """Empty where it fits."""
    mode: str = "refresh"
    """The mode that records it again; `record` is enough where a replay notices the change."""


class Fitting:
    """Compares recordings with the scenarios and definitions of one project."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._runner = Runner(inventory.project, Mode.REPLAY)

    def fit(self, slot: Slot, cassette: Cassette) -> Fitted:
        """How a cassette of ours fits its slot.

        If both fingerprints are the recorded ones, it fits. Else every message that does not
        depend on a reply is compared with the recorded hash, and then the conversation is replayed
        from the cassette, to compare what it would send.
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
        """Replay the slot's conversation from a cassette, which need not be in a file.

        Raises `AuthoringError` where a setting is wrong.
        """
        return self._runner.replay(slot.scenario, slot.play, cassette)

    def prepare(self, slot: Slot, cassette: Cassette) -> Prepared:
        """Replay the preparation of the conversations from a cassette."""
        head = cassette.head or CassetteHead(scenario="")
        provider = self._provider(slot, head)
        transport = ReplayTransport(cassette, base_url=str(provider.settings.get(BASE_URL) or ""))
        return Session(provider, transport, seed=head.seed).prepare()

    def needs_preparation(self, slot: Slot, conversation: CassetteHead) -> bool:
        """Whether the preparation sends requests, with the settings of a recorded conversation."""
        return isinstance(self.prepare(slot, Cassette(head=conversation)).error, NotRecorded)

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
        # A recorded interruption is part of the conversation.
        if result.error is not None and not isinstance(result.error, TransportError):
            preparation = self._inventory.shown(self._inventory.preparation_of(slot))
            if result.error.message.startswith(f"{preparation}: "):
                # The finding is that of the preparation's recording.
                return Fitted(Fit.EDITED)
            mode = "record" if isinstance(result.error, Miss) else "refresh"
            return Fitted(Fit.STALE, without_path(result.error, cassette), mode)
        if different := self._different_request(slot, cassette, head, _exchanges(result)):
            return Fitted(Fit.STALE, different)
        unused = ", ".join(n.partition("; ")[0] for n in result.notes if "not used" in n)
        return Fitted(Fit.UNUSED, unused) if unused else Fitted(Fit.EDITED)

    def _preparation(self, slot: Slot, cassette: Cassette, head: CassetteHead) -> Fitted:
        prepared = self.prepare(slot, cassette)
        # As in a conversation, a recorded interruption is part of it.
        if prepared.error and not isinstance(prepared.error, (Refused, TransportError)):
            return Fitted(Fit.STALE, without_path(prepared.error, cassette))
        different = self._different_request(slot, cassette, head, prepared.exchanges)
        return Fitted(Fit.STALE, different) if different else Fitted(Fit.EDITED)

    def _different_request(
        self, slot: Slot, cassette: Cassette, head: CassetteHead, exchanges: Iterable[Exchange]
    ) -> str:
        """A sentence about the first request that differs from the recorded one; empty for none.

        A replay does not compare requests completely, because ids in them may differ. Here they
        are filled in with the recorded seed and answers, and are the same.
        """
        redactor = Redactor(self._provider(slot, head).secrets)
        rows = defaultdict(list)
        for row in cassette.interactions.plain:
            rows[row["turn"], row["step"]].append(row)
            for sent in sent_rows(row):
                rows[sent["turn"], sent["step"]].append(sent)
        is_first = cassette.format == FIRST_FORMAT
        for exchange in exchanges:
            turn, step = exchange.request.origin.turn, exchange.request.origin.step
            waiting = rows[turn, step]
            different = waiting and request_difference(
                waiting.pop(0), exchange.request, redactor, is_first_format=is_first
            )
            if different:
                where = {CLOSING: "the closing", 0: "the opening"}.get(turn, f"turn {turn}")
                return f"the request of step {step} of {where} changed, at {different}"
        return ""

    def _provider(self, slot: Slot, head: CassetteHead) -> Provider:
        return self._inventory.project.provider(
            slot.play.provider, recorded=head.settings, credentials=slot.scenario.credentials
        )


def changed_turns(slot: Slot, cassette: Cassette, head: CassetteHead) -> tuple[UserTurn, ...]:
    """The recorded turns whose message has changed.

    Only turns whose message does not depend on a reply: no button is pressed, and no capture is
    used.
    """
    scenario = slot.scenario
    recorded: dict[int, str] = {}
    for interaction in cassette.interactions.plain:
        recorded.setdefault(interaction["turn"], interaction["message"])
        for frame in interaction.get("frames", ()):
            recorded.setdefault(frame["turn"], frame["message"])
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
    """The turns that are missing in a recording that stopped there."""
    if stop.turn == CLOSING:
        return "the closing"
    # How many turns a simulated user has is not known.
    return listed(
        turn
        for turn in scenario.user_turns
        if turn.number == stop.turn or (turn.number > stop.turn and not turn.is_simulated)
    )


def _messages(scenario: Scenario, variables: Variables) -> Iterator[tuple[UserTurn, str]]:
    """Each turn whose message does not depend on a reply, and the hash of the message."""
    unknown: set[str] = set()
    before: list[str] | None = []
    for turn in scenario.turns:
        if isinstance(turn, AssistantLine):
            text = None if turn.text.names & unknown else _filled(turn.text, variables)
            before = None if text is None or before is None else [*before, text]
            unknown |= DRAWN if text is None else frozenset()
            continue
        if turn.is_simulated:
            # It depends on the last reply.
            unknown |= DRAWN
            before = []
            continue
        plan = variables.as_said(turn) if turn.message.utterances else turn.message
        parts = (plan.text, plan.press, plan.attachments, plan.metadata)
        names = frozenset().union(*(part.names for part in parts if part is not None))
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
    """A text; None where a value is missing, as in a fragment."""
    try:
        return variables.text(text)
    except PlayError:
        return None


def _exchanges(result: ScenarioResult) -> Iterator[Exchange]:
    transcript = result.transcript
    for turn in transcript.turns:
        yield from (*turn.exchanges, *turn.looked_up)
    yield from transcript.around


def without_path(error: PlayError, cassette: Cassette) -> str:
    """The error's sentence without the path of the cassette, which the message shows already."""
    return error.message.removeprefix(f"{cassette.path}: ")
