"""Enthusiast: a client polls an asynchronous task, then reads the answer from the history.

Source: the vendor's page "Run a Conversation via the API", and the server's public code for
statuses and error bodies.

- `Authorization: Token TOKEN`; without it 401 and `WWW-Authenticate: Token`.
- `POST /api/conversations` with `data_set_id`, `agent_id` or both: 201, the whole conversation.
  The user may read data set 1 (agent 1); any other is 403, an unknown agent 404.
- `POST /api/conversations/{id}`: 202 with `task_id` and `streaming`.
- `GET /api/task_status/{task_id}/`: `{"state": …}`; without the slash 301. A task moves on by
  one state with each poll: PENDING, STARTED, SUCCESS. An unknown task is PENDING for ever.
- `GET /api/conversations/{id}`: the answer is in `history` once a poll has returned SUCCESS.

What a message can ask for:

| the message says | what happens |
|---|---|
| please retry | RETRY and STARTED again before SUCCESS |
| please fail, please revoke | FAILURE, REVOKED; no answer |
| please hang | PENDING for ever |
| please go backwards | STARTED, PENDING, STARTED, SUCCESS |
| please report an unknown state | a state that is not Celery's, for ever |
| please vanish | the second poll and all after it: 404 |
| please apologise | SUCCESS; the answer is an apology |
| please answer twice | SUCCESS; two messages of the agent |
| please lock | SUCCESS; later messages get 400 "Conversation locked." |

`[[shape]]` makes the text of the answer in the history a number.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Afterthoughts, Faults, plain
from harness.emulators.http_api import read_json, refuse, text_at

_ENVIRONMENT = {
    "ENTHUSIAST_TOKEN": "emulated-enthusiast-b41c9e07d2f85a36",
    "ENTHUSIAST_DATA_SET_ID": "1",
}
_AGENTS = {1: 1, 2: 2}  # agent id to data set id; the user may read data set 1 only
_STATES = {
    "please retry": ("PENDING", "STARTED", "RETRY", "STARTED", "SUCCESS"),
    "please fail": ("PENDING", "STARTED", "FAILURE"),
    "please revoke": ("PENDING", "REVOKED"),
    "please hang": ("PENDING",),
    "please go backwards": ("STARTED", "PENDING", "STARTED", "SUCCESS"),
    "please report an unknown state": ("PENDING", "DREAMING"),
    "please vanish": ("PENDING", "GONE"),
}
_USUAL_STATES = ("PENDING", "STARTED", "SUCCESS")
_FIXED_ANSWERS = {
    "please apologise": ("We couldn't process your request. Please try again later.",),
    "please answer twice": (
        "Let me look that up.",
        "FiberUP has three plans: Home, Pro and Business Duplex.",
    ),
}


@dataclass(slots=True, kw_only=True)
class _Conversation:
    id: int
    data_set_id: int
    agent_id: int
    started_at: str
    locked: bool = False
    history: list[dict[str, Any]] = field(default_factory=list)
    afterthoughts: Afterthoughts = field(default_factory=Afterthoughts)

    def questions(self) -> list[str]:
        return [each["text"] for each in self.history if each["role"] == "user"]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "started_at": self.started_at,
            "summary": next(iter(self.questions()), None),
            "data_set_id": self.data_set_id,
            "agent_id": self.agent_id,
            "history": self.history,
        }


@dataclass(slots=True, kw_only=True)
class _Task:
    conversation: _Conversation
    answers: tuple[str | int, ...]
    states: list[str]
    late: float = 0.0


@dataclass(slots=True, kw_only=True)
class _Enthusiast:
    conversations: dict[int, _Conversation] = field(default_factory=dict)
    tasks: dict[str, _Task] = field(default_factory=dict)
    messages: int = 0
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            "POST /api/conversations": self.create,
            "GET /api/conversations/{conversation_id:int}": self.get,
            "POST /api/conversations/{conversation_id:int}": self.ask,
            "GET /api/task_status/{task_id}/": self.status,
            "GET /api/task_status/{task_id}": _add_slash,
        }

    async def create(self, request: Request) -> Response:
        _authorize(request)
        body = await _object(request)
        data_set_id = _integer(body, "data_set_id", null="This field may not be null.")
        agent_id = _integer(body, "agent_id", null="This field may not be null.")
        if data_set_id is None and agent_id is None:
            raise refuse(400, {"data_set_id": ["This field is required."]})
        if agent_id is not None and agent_id not in _AGENTS:
            raise refuse(404, {"detail": "Agent not found."})
        _check_access(data_set_id)
        _check_access(None if agent_id is None else _AGENTS[agent_id])
        conversation = _Conversation(
            id=len(self.conversations) + 1,
            data_set_id=1,
            agent_id=1,
            started_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        )
        self.conversations[conversation.id] = conversation
        return JSONResponse(conversation.as_json(), status_code=201)

    async def get(self, request: Request) -> Response:
        _authorize(request)
        conversation = self._conversation(request)
        for text in conversation.afterthoughts.said():
            self._add(conversation, "agent", text)
        return JSONResponse(conversation.as_json())

    async def ask(self, request: Request) -> Response:
        _authorize(request)
        conversation = self._conversation(request)
        body = await _object(request)
        data_set_id = _integer(body, "data_set_id", null="Data Set ID cannot be blank")
        message = _question(body)
        _check_access(data_set_id)
        if conversation.locked:
            raise refuse(400, {"detail": "Conversation locked."})
        plan = self.faults.plan(message, str(conversation.id))
        await plan.before()
        said = plain(message).lower()
        answers = _answers(conversation, said)
        self._add(conversation, "user", message)
        conversation.locked = "please lock" in said
        states = next((states for key, states in _STATES.items() if key in said), _USUAL_STATES)
        task_id = str(uuid.uuid4())
        self.tasks[task_id] = _Task(
            conversation=conversation,
            answers=tuple(map(plan.with_leak, answers)) if plan.shape is None else (42,),
            states=list(states),
            late=plan.late,
        )
        return plan.after(JSONResponse({"task_id": task_id, "streaming": False}, status_code=202))

    async def status(self, request: Request) -> Response:
        _authorize(request)
        task = self.tasks.get(request.path_params["task_id"])
        if task is None:
            return JSONResponse({"state": "PENDING"})
        state = task.states[0]
        if state == "GONE":
            raise refuse(404, {"detail": "Not found."})
        if len(task.states) > 1:
            del task.states[0]
        if state == "SUCCESS":
            for answer in task.answers:
                self._add(task.conversation, "agent", answer)
            task.answers = ()
            task.conversation.afterthoughts.add(task.late)
            task.late = 0.0
        return JSONResponse({"state": state})

    def _add(self, conversation: _Conversation, role: str, text: str | int) -> None:
        self.messages += 1
        conversation.history.append({"id": self.messages, "text": text, "role": role})

    def _conversation(self, request: Request) -> _Conversation:
        conversation = self.conversations.get(request.path_params["conversation_id"])
        if conversation is None:
            raise refuse(404, {"detail": "Not found."})
        return conversation


def _authorize(request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    detail = "Authentication credentials were not provided."
    if scheme.lower() == "token":
        if token == _ENVIRONMENT["ENTHUSIAST_TOKEN"]:
            return
        detail = "Invalid token." if token else "Invalid token header. No credentials provided."
    raise refuse(401, {"detail": detail}, {"WWW-Authenticate": "Token"})


async def _object(request: Request) -> dict[str, Any]:
    body = await read_json(request)
    if not isinstance(body, dict):
        message = f"Invalid data. Expected a dictionary, but got {type(body).__name__}."
        raise refuse(400, {"non_field_errors": [message]})
    return body


def _integer(body: dict[str, Any], name: str, *, null: str) -> int | None:
    if name not in body:
        return None
    value = body[name]
    if value is None:
        raise refuse(400, {name: [null]})
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:  # noqa: PLR2004  # 64 bits
        return int(value)
    raise refuse(400, {name: ["A valid integer is required."]})


def _question(body: dict[str, Any]) -> str:
    if message := text_at(body, "question_message"):
        return message
    problem = "Query message cannot be blank."
    if "question_message" not in body:
        problem = "This field is required."
    elif body["question_message"] is None:
        problem = "This field may not be null."
    elif not isinstance(body["question_message"], str):
        problem = "Not a valid string."
    raise refuse(400, {"question_message": [problem]})


def _check_access(data_set_id: int | None) -> None:
    if data_set_id not in (None, 1):
        raise refuse(403, {"detail": "No dataset access."})


def _answers(conversation: _Conversation, said: str) -> tuple[str, ...]:
    fixed = next((answers for key, answers in _FIXED_ANSWERS.items() if key in said), None)
    return fixed or (_answer(conversation.questions(), said),)


def _answer(questions: list[str], said: str) -> str:
    if "what did i ask first" in said:
        return (
            f"You first asked: {questions[0]}" if questions else "You have not asked anything yet."
        )
    if "sla" in said.replace("?", " ").split():
        return "Yes, the plan includes an SLA with an optional priority support package ...."
    if "cost" in said:
        known = "fiberup" in " ".join([*questions, said]).lower()
        return "FiberUP Business Duplex costs 89 EUR a month." if known else "Which plan?"
    return "I can answer questions about the FiberUP plans."


async def _add_slash(request: Request) -> Response:
    return Response(status_code=301, headers={"Location": request.url.path + "/"})


async def _answer_error(_request: Request, error: HTTPException) -> Response:
    is_path = error.status_code == 404  # noqa: PLR2004  # HTTP's
    detail = "Not found." if is_path else "Method not allowed."
    return JSONResponse({"detail": detail}, status_code=error.status_code)


EMULATOR = Emulator(
    name="enthusiast",
    create_app=lambda: make_app(_Enthusiast(), answer_error=_answer_error, redirects_slashes=False),
    base_path="",
    url_variable="ENTHUSIAST_URL",
    environment=_ENVIRONMENT,
    settings={
        "token": "${env.ENTHUSIAST_TOKEN}",
        "data_set_id": "${env.ENTHUSIAST_DATA_SET_ID}",
        "poll_every": "10ms",
        "poll_timeout": "5s",
    },
    sample=Sample(
        say=("Is there an SLA?", "Is there an SLA?"),
        contains=("priority support", "priority support"),
        refusal=401,
    ),
)
