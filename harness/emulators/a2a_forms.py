"""How versions 0.3 and 1.0 of A2A write messages and tasks.

Version 0.3 names what an object is in `kind` and writes states as `input-required`. Version 1.0
wraps a result in `task`, `message`, `statusUpdate` or `artifactUpdate`, tells parts by their keys,
and writes `TASK_STATE_INPUT_REQUIRED` and `ROLE_AGENT`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from harness.emulators.a2a_tasks import AgentTask, TaskMessage, TaskState


class ProtocolForm(Protocol):
    """How a version of the protocol writes what it sends."""

    methods: Mapping[str, str]

    def card(self, origin: str) -> dict[str, Any]:
        """The agent card."""

    def read(self, message: object) -> TaskMessage | None:
        """A message of the user; None if it is not one."""

    def is_blocking(self, configuration: Mapping[str, Any]) -> bool:
        """Whether the client waits for the end of a task."""

    def task(self, task: AgentTask) -> dict[str, Any]:
        """A task."""

    def result(self, reply: TaskMessage | AgentTask) -> dict[str, Any]:
        """The result of sending a message."""

    def events(self, reply: TaskMessage | AgentTask) -> Iterator[dict[str, Any]]:
        """The results of a stream; brings a task to its end."""


class _Old:
    methods: Mapping[str, str] = {
        "send": "message/send",
        "stream": "message/stream",
        "get": "tasks/get",
        "cancel": "tasks/cancel",
    }
    version = "0.3.0"

    def card(self, origin: str) -> dict[str, Any]:
        return {
            **_about(),
            "protocolVersion": self.version,
            "url": f"{origin}/",
            "preferredTransport": "JSONRPC",
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "security": [{"bearer": []}],
        }

    def read(self, message: object) -> TaskMessage | None:
        return _read(message, "user")

    def is_blocking(self, configuration: Mapping[str, Any]) -> bool:
        return configuration.get("blocking") is not False

    def state(self, state: TaskState) -> str:
        return state.value

    def part(self, **content: object) -> dict[str, Any]:
        if "filename" not in content:
            return {"kind": "text", **content}
        file = {
            "name": content["filename"],
            "mimeType": content["mediaType"],
            "uri": content["url"],
        }
        return {"kind": "file", "file": file}

    def kind(self, kind: str) -> dict[str, Any]:
        return {"kind": kind}

    def role(self, role: str) -> str:
        return role

    def message(self, message: TaskMessage) -> dict[str, Any]:
        places = {"contextId": message.context_id, "taskId": message.task_id}
        return {
            **self.kind("message"),
            "messageId": message.id,
            "role": self.role(message.role),
            "parts": [self.part(text=message.text)],
            **{name: value for name, value in places.items() if value},
        }

    def status(self, task: AgentTask) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        status = {"state": self.state(task.state), "timestamp": now}
        is_said = task.said and not task.has_artifact and task.state is not TaskState.SUBMITTED
        return {**status, "message": self.message(task.status_message())} if is_said else status

    def parts(self, task: AgentTask) -> list[dict[str, Any]]:
        parts = [self.part(text=task.said)]
        if task.file:
            url = f"https://files.example.com/{task.file}"
            parts.append(self.part(filename=task.file, mediaType="application/pdf", url=url))
        return parts

    def task(self, task: AgentTask) -> dict[str, Any]:
        artifact = {"artifactId": f"{task.id}-1", "name": "answer", "parts": self.parts(task)}
        return {
            **self.kind("task"),
            "id": task.id,
            "contextId": task.context_id,
            "status": self.status(task),
            "history": [self.message(message) for message in task.history],
            **({"artifacts": [artifact]} if task.has_artifact else {}),
        }

    def result(self, reply: TaskMessage | AgentTask) -> dict[str, Any]:
        return self.message(reply) if isinstance(reply, TaskMessage) else self.task(reply)

    def events(self, reply: TaskMessage | AgentTask) -> Iterator[dict[str, Any]]:
        if isinstance(reply, TaskMessage):
            yield self.result(reply)
            return
        reply.finish()
        final, reply.state = reply.state, TaskState.SUBMITTED
        yield self.result(reply)
        reply.state = TaskState.WORKING
        said, reply.said = reply.said, ""
        yield self.status_update(reply, is_final=False)
        reply.state, reply.said = final, said
        if reply.has_artifact:
            yield from self.artifact_updates(reply)
        yield self.status_update(reply, is_final=True)

    def artifact_updates(self, task: AgentTask) -> Iterator[dict[str, Any]]:
        """The text word by word, then the file."""
        text, *files = self.parts(task)
        pieces = [{**text, "text": word} for word in _words(task.said)] + files
        for number, piece in enumerate(pieces):
            yield self.artifact_update(task, piece, number, is_last=number == len(pieces) - 1)

    def artifact_update(
        self, task: AgentTask, part: Mapping[str, Any], number: int, *, is_last: bool
    ) -> dict[str, Any]:
        return {
            **self.kind("artifact-update"),
            "taskId": task.id,
            "contextId": task.context_id,
            "artifact": {"artifactId": f"{task.id}-1", "parts": [part]},
            "append": number > 0,
            "lastChunk": is_last,
        }

    def status_update(self, task: AgentTask, *, is_final: bool) -> dict[str, Any]:
        return {
            **self.kind("status-update"),
            "taskId": task.id,
            "contextId": task.context_id,
            "status": self.status(task),
            "final": is_final,
        }


class _New(_Old):
    methods = {  # noqa: RUF012  # of a class that is never changed
        "send": "SendMessage",
        "stream": "SendStreamingMessage",
        "get": "GetTask",
        "cancel": "CancelTask",
    }
    version = "1.0"

    def card(self, origin: str) -> dict[str, Any]:
        interface = {"url": f"{origin}/v1", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
        return {**_about(), "supportedInterfaces": [interface]}

    def read(self, message: object) -> TaskMessage | None:
        return _read(message, "ROLE_USER")

    def is_blocking(self, configuration: Mapping[str, Any]) -> bool:
        return configuration.get("returnImmediately") is not True

    def state(self, state: TaskState) -> str:
        return f"TASK_STATE_{state.name}"

    def part(self, **content: object) -> dict[str, Any]:
        return dict(content)

    def kind(self, kind: str) -> dict[str, Any]:  # noqa: ARG002  # of the other version
        return {}

    def role(self, role: str) -> str:
        return f"ROLE_{role.upper()}"

    def result(self, reply: TaskMessage | AgentTask) -> dict[str, Any]:
        name = "message" if isinstance(reply, TaskMessage) else "task"
        return {name: super().result(reply)}

    def artifact_update(
        self, task: AgentTask, part: Mapping[str, Any], number: int, *, is_last: bool
    ) -> dict[str, Any]:
        return {"artifactUpdate": super().artifact_update(task, part, number, is_last=is_last)}

    def status_update(self, task: AgentTask, *, is_final: bool) -> dict[str, Any]:
        update = super().status_update(task, is_final=is_final)
        return {"statusUpdate": {key: update[key] for key in update if key != "final"}}


def form_of(version: str) -> ProtocolForm:
    """The form of version 0.3 or 1.0."""
    return _New() if version == "1.0" else _Old()


def _about() -> dict[str, Any]:
    skill = {
        "id": "convert",
        "name": "Convert currencies",
        "description": "Converts an amount from one currency to another.",
        "tags": ["currency"],
        "examples": ["Convert 10 USD to EUR"],
    }
    return {
        "name": "Currency agent",
        "description": "Converts currencies.",
        "version": "2.1.0",
        "capabilities": {"streaming": True, "pushNotifications": False},
        "defaultInputModes": ["text/plain"],
        "defaultOutputModes": ["text/plain"],
        "skills": [skill],
    }


def _read(message: object, role: str) -> TaskMessage | None:
    if not isinstance(message, dict) or message.get("role") != role:
        return None
    parts, number = message.get("parts"), message.get("messageId")
    if not isinstance(parts, list) or not parts or not isinstance(number, str) or not number:
        return None
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return TaskMessage(
        role="user",
        text=" ".join(text for text in texts if isinstance(text, str)),
        context_id=message.get("contextId") or "",
        task_id=message.get("taskId") or "",
        id=number,
    )


def _words(text: str) -> list[str]:
    return [word if number == 0 else f" {word}" for number, word in enumerate(text.split(" "))]
