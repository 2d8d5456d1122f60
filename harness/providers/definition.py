"""A chat API as data: what is asked, in which order, and how a reply is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from harness.conversation import Phase
from harness.core import Json, Place, value_class
from harness.formats.template import Template
from harness.formats.yaml import Node
from harness.providers.conditions import Conditions
from harness.providers.members import Taken
from harness.providers.reply_plan import ReplyPlan
from harness.providers.step_plans import AnswerPlan, PollPlan, ReceivePlan, RequestPlan, StreamPlan

TOOL_ROUNDS = 10
"""How often the tools of one message may be answered, unless a definition says so."""


@value_class(frozen=True, slots=True, kw_only=True)
class Step:
    """A request, or what is done on a WebSocket, and how the answer is used."""

    phase: Phase
    number: int
    """In its phase, from 1."""
    kind: str
    """A key of `step_kinds.KINDS`."""
    place: Place
    request: RequestPlan
    answer: AnswerPlan
    when: Template | None = None
    fail_if: Conditions = field(default_factory=dict)
    """When an answer is a refusal, whatever its status."""
    opens_again: frozenset[int] = frozenset()
    """Statuses after which the conversation is opened again and the step is repeated, once."""
    capture: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name → JSONPaths into the answer, tried in order."""
    secret_captures: frozenset[str] = frozenset()
    """Those of them whose values must never be stored or shown."""
    new_captures: frozenset[str] = frozenset()
    """Those that each answer must give again, such as a state that is continued from once."""
    optional_captures: frozenset[str] = frozenset()
    """Those that keep their value after an answer that does not give another."""
    reply: ReplyPlan | None = None
    plan: object = None
    """What the step's kind says beside: a `PollPlan`, a `StreamPlan`, a `ReceivePlan`."""
    path_templates: Mapping[str, Template] = field(default_factory=dict)
    """The step's JSONPaths with `${…}`, as they are written; see `path_templates.py`."""
    value_templates: Mapping[str, Template] = field(default_factory=dict)
    """The values with `${…}` of its conditions, as they are written."""

    @property
    def name(self) -> str:
        """Phase and number, such as `send.2`."""
        return f"{self.phase}.{self.number}"

    @property
    def poll(self) -> PollPlan | None:
        """How a poll ends; None for a step of another kind."""
        return self.plan if isinstance(self.plan, PollPlan) else None

    @property
    def stream(self) -> StreamPlan | None:
        """How a stream is read; None for a step of another kind."""
        return self.plan if isinstance(self.plan, StreamPlan) else None

    @property
    def receive(self) -> ReceivePlan | None:
        """How the messages on a WebSocket end; None for a step of another kind."""
        return self.plan if isinstance(self.plan, ReceivePlan) else None

    @property
    def other_templates(self) -> tuple[Template, ...]:
        """All that is filled in while it runs, but for its request."""
        timing = (self.poll.every, self.poll.timeout, self.poll.quiet) if self.poll else ()
        if self.receive:
            timing = (self.receive.quiet, self.receive.timeout, None)
        condition = (self.when,) if self.when else ()
        filled_in = {**self.path_templates, **self.value_templates}
        return (*condition, *filter(None, timing), *filled_in.values())

    @property
    def is_answer_read(self) -> bool:
        """Something is wanted of the answer, so that an empty one will not do."""
        return bool(self.answer.schema or self.reply or self.capture or self.poll or self.fail_if)


class StepReader(Protocol):
    """Reads parts of a step, and notes what is wrong with them."""

    def template(self, node: Node | None) -> Template:
        """The template at a node; that of nothing where there is none."""
        ...

    def conditions(self, node: Node, key: str) -> Conditions:
        """The conditions behind a key; none where there is no such key."""
        ...

    def http_request(self, node: Node, *, is_poll: bool) -> RequestPlan:
        """The request of a step, with the headers of every request."""
        ...

    def handshake(self, node: Node) -> RequestPlan:
        """The request that opens a WebSocket."""
        ...

    def message(self, node: Node) -> RequestPlan:
        """A message on a WebSocket, as the body of a request without an address."""
        ...


@value_class(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing that a provider must or may be told."""

    name: str
    schema: Mapping[str, Json]
    is_secret: bool = False
    is_required: bool = False
    default: Json = None
    variable: str = ""
    """The environment variable that usually has it; empty if there is no convention."""


@value_class(frozen=True, slots=True, kw_only=True)
class Definition:
    """A chat API as data."""

    name: str
    title: str
    fingerprint: str
    """A hash of the definition and its schemas."""
    settings: Mapping[str, Setting]
    phases: Mapping[Phase, tuple[Step, ...]]
    forks: bool = False
    """A conversation may be continued twice from the same point."""
    headers_kept: frozenset[str] = frozenset()
    """Answer headers that recordings keep beside the usual ones; lower case."""
    header_names: frozenset[str] = frozenset()
    """Headers that the definition sends; lower case. They may hold secrets."""
    taken: Taken = field(default_factory=Taken)
    """Of what a scenario tells the provider."""
    tool_rounds: int = TOOL_ROUNDS
    """How often the tools of one message may be answered."""
    client: type | None = None
    """A Python class that talks in place of phases, which are empty then."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those of all phases, in their order."""
        return tuple(step for steps in self.phases.values() for step in steps)

    @property
    def answers_tools(self) -> bool:
        """Whether answers to tool calls are sent back."""
        if self.client is not None:
            return hasattr(self.client, Phase.TOOLS)
        return bool(self.phases[Phase.TOOLS])

    @property
    def reads_usage(self) -> bool:
        """Whether a reply can have a usage; one of a class may."""
        return self.client is not None or any(
            step.reply is not None and step.reply.usage for step in self.steps
        )

    @property
    def has_secret_captures(self) -> bool:
        """Whether any step captures a secret; a class may at any time."""
        return self.client is not None or any(step.secret_captures for step in self.steps)

    @property
    def captures(self) -> frozenset[str]:
        """All names that any step captures."""
        return frozenset(name for step in self.steps for name in step.capture)
