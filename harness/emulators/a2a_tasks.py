"""Messages and tasks of A2A's emulator, whatever version of the protocol they are sent in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class TaskState(StrEnum):
    """Where a task is."""

    SUBMITTED = "submitted"
    WORKING = "working"
    INPUT_REQUIRED = "input-required"
    COMPLETED = "completed"
    CANCELED = "canceled"
    FAILED = "failed"
    REJECTED = "rejected"
    AUTH_REQUIRED = "auth-required"


ENDED = (TaskState.COMPLETED, TaskState.CANCELED, TaskState.FAILED, TaskState.REJECTED)
"""A task in one of these takes no further message."""


def _new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMessage:
    """What the user or the agent says. A broken `text` is a number."""

    role: str
    text: Any
    context_id: str = ""
    task_id: str = ""
    id: str = field(default_factory=_new_id)


@dataclass(slots=True, kw_only=True)
class AgentTask:
    """A task, and what it will say once its client has looked at it a few times."""

    context_id: str
    id: str = field(default_factory=_new_id)
    state: TaskState = TaskState.SUBMITTED
    history: list[TaskMessage] = field(default_factory=list)
    said: str = ""
    file: str = ""
    question: str = ""
    _final: TaskState = TaskState.COMPLETED
    _polls: int = 0

    @property
    def has_artifact(self) -> bool:
        """Only what was completed has a result; other states say why."""
        return self.state is TaskState.COMPLETED

    def add(self, message: TaskMessage) -> None:
        """Adds what the user said to the history, after the question that it answers."""
        if self.state is TaskState.INPUT_REQUIRED:
            self.history.append(self.status_message())
        self.history.append(message)

    def settle(self, state: TaskState, text: str, file: str, *, polls: int) -> None:
        """Decides how the task ends, and after how many looks."""
        self.said, self.file, self._final, self._polls = text, file, state, polls
        self.state = TaskState.SUBMITTED if polls else state

    def pause(self) -> None:
        """The client does not wait, so the task is still at work in this answer."""
        if self.state is TaskState.COMPLETED:
            self.state, self._polls = TaskState.SUBMITTED, 1

    def go_on(self) -> None:
        """A client looks."""
        if self.state in (TaskState.SUBMITTED, TaskState.WORKING):
            self._polls -= 1
            self.state = TaskState.WORKING if self._polls > 0 else self._final

    def end(self, state: TaskState) -> None:
        """Ends the task at once."""
        self.state = self._final = state
        self.said = ""

    def finish(self) -> None:
        """Ends the task as was decided."""
        self.state, self._polls = self._final, 0

    def status_message(self) -> TaskMessage:
        """What the agent says about the state."""
        return TaskMessage(
            role="agent", text=self.said, context_id=self.context_id, task_id=self.id
        )
