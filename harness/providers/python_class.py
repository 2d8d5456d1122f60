"""Providers that are Python classes: the way out where a definition cannot say it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from harness.conversation import Reply, ReplyMessage, UserMessage
from harness.core.errors import (
    CassetteError,
    DefinitionError,
    PlayError,
    Problem,
    ProtocolError,
    did_you_mean,
)
from harness.core.hashing import content_key
from harness.core.network_guard import require_seen, telling
from harness.core.python_file import own_traceback
from harness.core.typing import Json
from harness.providers.connection import REFUSES, Connection, refused
from harness.providers.definition import PHASES, Definition
from harness.providers.flow import FlowState
from harness.providers.setting import setting_of, setting_problems
from harness.transport import Wire

MEMBERS = (
    *("settings", "name", "secret_headers", "keep_headers"),
    *("open", "say", "late", "history", "close"),
)
"""What is read of a class."""


def definition_of_class(made: type, where: str) -> Definition:
    """A definition that a class performs. `where` names the class, for messages.

    It has `settings`, JSON Schemas by name as in a definition, and `say`, which takes a
    `UserMessage` and gives a `Reply` or a text; it may have `open`, `late`, `history` and `close`.
    Raises `DefinitionError` where it lacks `settings`, `base_url` among them, or `say`.
    """
    lacking = [name for name in ("settings", "say") if not hasattr(made, name)]
    settings = getattr(made, "settings", {})
    if not lacking and not (isinstance(settings, Mapping) and "base_url" in settings):
        lacking = ["settings['base_url']"]
    faults = [f"lacks {' and '.join(lacking)}"] if lacking else list(_misread(made, settings))
    if faults:
        problem = Problem(
            code="wrong-class",
            message=f"the class {made.__name__} {faults[0]}",
            where=where,
            hint=next(filter(None, (meant(name, dir(made)) for name in lacking)), "")
            or "docs/providers.md shows a provider that is a Python class",
        )
        raise DefinitionError(problem)
    problems = [
        problem
        for name, one in settings.items()
        for problem in setting_problems(name, one, where=where)
    ]
    if problems:
        raise DefinitionError(problems)
    file = Path(inspect.getfile(made))
    title = (inspect.getdoc(made) or made.__name__).partition("\n")[0]
    return Definition(
        name=str(getattr(made, "name", made.__name__)),
        title=title,
        fingerprint=content_key("class", made.__qualname__, file.read_bytes()),
        settings={name: setting_of(name, one) for name, one in settings.items()},
        phases=dict.fromkeys(PHASES, ()),
        headers_kept=frozenset(name.lower() for name in getattr(made, "keep_headers", ())),
        header_names=frozenset(name.lower() for name in getattr(made, "secret_headers", ())),
        client=made,
    )


def meant(member: str, names: Iterable[str]) -> str:
    """A hint where one of these names is nearly the name of a member that is lacking; or empty."""
    near = [(name, did_you_mean(name, [member])) for name in names if not name.startswith("_")]
    return next((f"{name!r}: {hint}" for name, hint in near if hint.startswith("did")), "")


def _misread(made: type, settings: Mapping[str, object]) -> Iterator[str]:
    """Attributes of another kind, which would be read as something else or not at all."""
    for name, setting in settings.items():
        if not isinstance(setting, Mapping):
            yield f"has settings[{name!r}] = {setting!r}, expected a JSON Schema"
    for name in ("secret_headers", "keep_headers"):
        if isinstance(found := getattr(made, name, ()), str):
            yield f"has {name} = {found!r}, expected a list of header names"


class Driver:
    """Performs the phases of one conversation by the methods of a class."""

    def __init__(self, made: type, state: FlowState, wire: Wire) -> None:
        self._made = made
        self._state = state
        self._wire = wire
        self._connection = Connection(state, wire)
        self._one: object = None
        self._is_open = False

    def open(self) -> None:
        """Make the object, and call its `open` where it has one."""
        self._perform("open", self._wire)
        self._is_open = True

    def say(self, message: UserMessage) -> Reply:
        """Call `say`. A text that it gives becomes the only message of the reply."""
        said = self._perform("send", self._wire, message)
        reply = said if isinstance(said, Reply) else None
        if isinstance(said, str):
            reply = Reply(messages=(ReplyMessage(text=said),))
        if reply is None:
            kind = type(said).__name__
            raise ProtocolError("no-reply", f"{self._name}.say gave {kind}, expected a Reply")
        return reply if reply.payload is not None else replace(reply, payload=self._payload())

    def history(self) -> Json:
        """Call `history`. Raises `ProtocolError` where the class has none."""
        if not hasattr(self._made, "history"):
            raise ProtocolError("no-history", f"the provider class {self._name} has no history")
        return self._perform("history", self._wire)  # type: ignore[return-value]  # JSON by contract

    @property
    def has_late(self) -> bool:
        """Whether the class can look for late messages."""
        return hasattr(self._made, "late")

    def late(self) -> tuple[ReplyMessage, ...]:
        """Call `late`, which gives what the bot said, as texts or messages."""
        said = self._perform("late", self._wire)
        if not isinstance(said, list | tuple) or not all(
            isinstance(one, str | ReplyMessage) for one in said
        ):
            raise ProtocolError(
                "no-reply",
                f"{self._name}.late gave {type(said).__name__}, expected a list of texts"
                " or of ReplyMessages",
            )
        return tuple(
            one if isinstance(one, ReplyMessage) else ReplyMessage(text=one) for one in said
        )

    def close(self, wire: Wire) -> None:
        """Call `close` where there is one, over another wire where the session's is broken.

        Not where `open` broke off: what it had made until then is known to it alone.
        """
        if self._is_open:
            self._perform("close", wire)

    @property
    def _name(self) -> str:
        return self._made.__name__

    def _perform(self, phase: str, wire: Wire, *arguments: object) -> object:
        connection = self._connection
        connection.wire, connection.phase = wire, phase
        connection.asked, connection.last, connection.error = 0, None, None
        method = {"send": "say"}.get(phase, phase)
        try:
            require_seen(self._made.__module__, f"the provider class {self._name}")
            with telling():
                if self._one is None:
                    self._one = self._made(connection)
                call = getattr(self._one, method, None)
                result = call(*arguments) if call is not None else None
        except (PlayError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise self._told(method, error) from error
        if isinstance(connection.error, CassetteError):
            # A client that swallows it would make a replay of something that was not recorded.
            raise connection.error
        return result

    def _told(self, method: str, error: BaseException) -> PlayError:
        """What an exception of the class means: often a client's own name for ours."""
        connection = self._connection
        if connection.error is not None:
            return connection.error
        if connection.last is not None and connection.last.status >= REFUSES:
            return refused(self._state.exchanges[-1])
        message = f"the provider class {self._name} crashed in {method}: {error!r}"
        return ProtocolError("provider-crashed", message, details=own_traceback(error))

    def _payload(self) -> Json:
        """The JSON of the last answer; None where it is none."""
        last = self._connection.last
        try:
            payload: Json = json.loads(last.body) if last is not None else None
        except ValueError:
            return None
        return payload
