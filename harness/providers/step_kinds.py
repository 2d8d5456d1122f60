"""The kinds of steps. A further one is a module beside `poll` and `stream`, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field

from harness.core import Json, Path, Problem, value_class
from harness.formats.yaml import Node
from harness.providers import poll, stream
from harness.providers.asking import Asking, ask
from harness.providers.definition import Step, StepReader
from harness.providers.flow import FlowState


@value_class(frozen=True, slots=True, kw_only=True)
class StepKind:
    """What a kind of steps says beside its request, and how it is run."""

    keys: Mapping[str, Json] = field(default_factory=dict)
    """Keys of such a step alone, with their formats."""
    required: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    """Keys of which such a step has at least one."""
    unusable: tuple[Path, ...] = ()
    """Keys of every step that this kind cannot use."""
    read: Callable[[Node, StepReader], object] = lambda _node, _reader: None
    """Reads what the keys say."""
    problems: Callable[[Step, Node], Iterator[Problem]] = lambda _step, _node: iter(())
    """What such a step says in vain."""
    run: Callable[[Step, FlowState], Asking]
    """Asks, and gives the payload."""


KINDS: Mapping[str, StepKind] = {
    "request": StepKind(run=ask),
    "poll": StepKind(
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
}
"""By the key of a step that holds its request."""


def usable_by() -> Mapping[Path, tuple[str, ...]]:
    """Keys of a step that not every kind of steps can use, with the kinds that can."""
    usable: dict[Path, tuple[str, ...]] = {
        (key,): (name,) for name, kind in KINDS.items() for key in kind.keys
    }
    for path in (path for kind in KINDS.values() for path in kind.unusable):
        usable[path] = tuple(name for name, kind in KINDS.items() if path not in kind.unusable)
    return usable
