"""The kinds of steps. A new kind is a module next to `poll` and `stream`, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field

from harness.core import Json, Path, Problem, value_class
from harness.formats.yaml import Node
from harness.providers import poll, stream, web_socket, web_socket_format
from harness.providers.asking import Asking, ask
from harness.providers.definition import Step, StepReader
from harness.providers.flow import FlowState
from harness.providers.step_plans import RequestPlan


@value_class(frozen=True, slots=True, kw_only=True)
class StepKind:
    """A kind of steps: its keys in addition to the request, and how it is run."""

    format: Json = field(default_factory=lambda: {"$ref": "#/$defs/request"})
    """Of the value of its key."""
    request: Callable[[StepReader, Node], RequestPlan] = lambda reader, node: reader.http_request(
        node, is_poll=False
    )
    """Reads the value of its key."""
    keys: Mapping[str, Json] = field(default_factory=dict)
    """Keys that only this kind has, with their formats."""
    required: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    """Keys of which such a step has at least one."""
    unusable: tuple[Path, ...] = ()
    """Keys of other steps that this kind cannot use."""
    read: Callable[[Node, StepReader], object] = lambda _node, _reader: None
    """Reads the values of its keys."""
    problems: Callable[[Step, Node], Iterator[Problem]] = lambda _step, _node: iter(())
    """The problems of a step of this kind."""
    run: Callable[[Step, FlowState], Asking]
    """Sends requests, and returns the payload."""


KINDS: Mapping[str, StepKind] = {
    "request": StepKind(run=ask),
    "poll": StepKind(
        request=lambda reader, node: reader.http_request(node, is_poll=True),
        keys=poll.KEYS,
        required=poll.REQUIRED,
        read=poll.read_poll,
        any_of=poll.ENDS,
        run=poll.ask_until,
    ),
    "stream": StepKind(
        keys=stream.KEYS,
        unusable=(("answer", "as"),),
        read=stream.read_stream,
        problems=stream.stream_problems,
        run=stream.ask_for_stream,
    ),
    "socket": StepKind(
        format=web_socket_format.SOCKET,
        request=lambda reader, node: reader.handshake(node),
        unusable=(("answer",), ("capture",), ("fail_if",), ("reply",)),
        run=web_socket.open_socket,
    ),
    "frame": StepKind(
        format=web_socket_format.MESSAGE,
        request=lambda reader, node: reader.message(node),
        unusable=(("answer",), ("capture",), ("fail_if",), ("reply",)),
        run=web_socket.send_frame,
    ),
    "receive": StepKind(
        format=web_socket_format.MESSAGES,
        request=lambda reader, node: reader.message(node),
        unusable=(("answer", "status"), ("answer", "content_type")),
        read=web_socket.read_receive,
        problems=web_socket.receive_problems,
        run=web_socket.receive,
    ),
}
"""By the key of a step that says what it does."""


def usable_by() -> Mapping[Path, tuple[str, ...]]:
    """Keys that not every kind of steps can use, with the kinds that can."""
    usable: dict[Path, tuple[str, ...]] = {
        (key,): (name,) for name, kind in KINDS.items() for key in kind.keys
    }
    for path in (path for kind in KINDS.values() for path in kind.unusable):
        above = [path[:length] for length in range(1, len(path) + 1)]
        usable[path] = tuple(
            name for name, kind in KINDS.items() if not set(above).intersection(kind.unusable)
        )
    return usable
