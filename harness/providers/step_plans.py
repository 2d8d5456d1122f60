"""What a step of a definition says of its request and its answer."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from harness.core import value_class
from harness.formats.json_schema import Schema
from harness.formats.template import Template
from harness.providers.conditions import Conditions
from harness.providers.sign import SignPlan


class Encoding(StrEnum):
    """How a body is written."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    XML = "xml"
    TEXT = "text"
    BASE64 = "base64"
    """A binary message of a WebSocket."""
    NONE = "none"


class Framing(StrEnum):
    """How a stream is cut into events."""

    AUTO = "auto"
    """Told from the body."""
    SSE = "sse"
    NDJSON = "ndjson"
    TEXT = "text"


ANY_SUCCESS = "2xx"
"""Among statuses: any that says yes."""
CANDIDATES = (Framing.SSE, Framing.NDJSON, Framing.TEXT)
"""What a stream of the framing `AUTO` may turn out to be."""


@value_class(frozen=True, slots=True, kw_only=True)
class RequestPlan:
    """A request with templates in it."""

    method: str
    path: Template
    """Joined to the provider's `base_url`."""
    headers: Template
    query: Template
    body: Template
    written_path: str = ""
    """As in the definition; empty for a message on a WebSocket."""
    encoding: Encoding = Encoding.NONE
    schema: Schema | None = None
    """The contract of the body."""
    is_repeatable: bool = False
    sign: SignPlan | None = None

    @property
    def templates(self) -> tuple[Template, ...]:
        """All that is filled in while it is built."""
        signed = self.sign.templates if self.sign else ()
        return (self.path, self.headers, self.query, self.body, *signed)


@value_class(frozen=True, slots=True, kw_only=True)
class AnswerPlan:
    """Which answers are expected, and their contract."""

    status: tuple[int | str, ...] = (200,)
    """`ANY_SUCCESS` may be among them."""
    content_types: tuple[str, ...] = ()
    """Media types in lower case; empty where any will do."""
    encoding: Encoding = Encoding.JSON
    schema: Schema | None = None

    def allows(self, status: int) -> bool:
        """Whether an answer of this status is expected."""
        if status in self.status:
            return True
        is_success = 200 <= status < 300  # noqa: PLR2004  # the class of statuses that say yes
        return is_success and ANY_SUCCESS in self.status


@value_class(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """How a poll ends."""

    until: Conditions = field(default_factory=dict)
    """Empty where only `quiet` ends it."""
    pending: Conditions = field(default_factory=dict)
    """The known other values; empty where any other value means to go on."""
    every: Template
    timeout: Template
    quiet: Template | None = None
    """How long no message of the turn may be new for the poll to end."""


@value_class(frozen=True, slots=True, kw_only=True)
class ReceivePlan:
    """How the messages on a WebSocket end."""

    until: Conditions = field(default_factory=dict)
    """Of a message: it is the last one."""
    quiet: Template
    """How long no further message may come; none where only `until` ends the step."""
    timeout: Template
    needs_message: bool = True
    """Whether the quiet begins with the first message; otherwise with the step."""


@value_class(frozen=True, slots=True, kw_only=True)
class StreamPlan:
    """How a stream is read."""

    framing: Framing = Framing.AUTO
    candidates: tuple[Framing, ...] = CANDIDATES
    """What `AUTO` may turn out to be."""
    done: str = ""
    """An event whose text is this ends the stream, such as `[DONE]`. It is not in the payload."""
    done_event: str = ""
    """An event of this name ends the stream. It is the last of the payload."""
    done_if: Conditions = field(default_factory=dict)
    """An event whose JSON meets this ends the stream. It is the last of the payload."""
    is_done_optional: bool = False
    """The stream may end without that event."""
    holds_json: bool = False
    """The data of each event is JSON; that of JSON lines always is."""
    has_names: bool = False
    """Each event of the payload is a mapping with its name as `event` and its `data`."""

    @property
    def shown_end(self) -> str:
        """The event that ends the stream, in a message; empty where none does."""
        if self.done_event:
            return f"named '{self.done_event}'"
        if self.done_if:
            return f"with {' or '.join(self.done_if)}"
        return f"'{self.done}'" if self.done else ""
