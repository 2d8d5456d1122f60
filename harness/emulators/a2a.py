"""An agent of the Agent2Agent protocol, over JSON-RPC, in its versions 0.3 and 1.0.

Source: the pages "A2A Protocol Specification" of version 0.3.0 and of version 1.0. Every request is
`POST /` with `Authorization: Bearer`, and is answered under status 200, also where it fails: then
with `error`, a JSON-RPC error. Without the token the status is 401.

| method in 0.3 | in 1.0 | the result |
|---|---|---|
| `message/send` | `SendMessage` | a message, or a task |
| `message/stream` | `SendStreamingMessage` | server-sent events, each with a result |
| `tasks/get` | `GetTask` | a task |
| `tasks/cancel` | `CancelTask` | the task, which is canceled |

- `GET /.well-known/agent-card.json`: the card, which needs no token. It is of version 0.3; with the
  header `A2A-Version: 1.0`, or below `/v1`, everything is of version 1.0.

What the agent does is in `a2a_bot`; tasks are in `a2a_tasks`, and their forms in `a2a_forms`. A
task that takes long is `working` in the first answers. `[[shape]]` makes a text a number.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators.a2a_bot import answer
from harness.emulators.a2a_forms import ProtocolForm, form_of
from harness.emulators.a2a_tasks import ENDED, AgentTask, TaskMessage, TaskState
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import FaultPlan, Faults, plain
from harness.emulators.http_api import EarlyResponse, read_json, refuse, stream

_CARD = ".well-known/agent-card.json"
_ENVIRONMENT = {"A2A_TOKEN": "emulated-a2a-71d0e84c5f2b963a"}


@dataclass(slots=True, kw_only=True)
class _Agent:
    tasks: dict[str, AgentTask] = field(default_factory=dict)
    contexts: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            f"GET /{_CARD}": self.show_card,
            f"GET /v1/{_CARD}": self.show_card,
            "POST /": self.call,
            "POST /v1": self.call,
        }

    async def show_card(self, request: Request) -> Response:
        origin = f"{request.url.scheme}://{request.url.netloc}"
        return JSONResponse(_form(request).card(origin))

    async def call(self, request: Request) -> Response:
        _authenticate(request)
        form = _form(request)
        body = await read_json(
            request, lambda reason: _error(None, -32700, f"Parse error: {reason}")
        )
        if not isinstance(body, dict) or body.get("jsonrpc") != "2.0":
            raise _error(None, -32600, "Request payload validation error")
        number, params = body.get("id"), body.get("params")
        methods: Mapping[str, Callable[[ProtocolForm, Any, Mapping[str, Any]], Any]] = {
            form.methods["get"]: self._get,
            form.methods["cancel"]: self._cancel,
        }
        method = str(body.get("method"))
        if not isinstance(params, dict):
            raise _error(number, -32602, "Invalid parameters")
        if method in methods:
            return JSONResponse(_result(number, methods[method](form, number, params)))
        if method not in (form.methods["send"], form.methods["stream"]):
            raise _error(number, -32601, "Method not found")
        message = form.read(params.get("message"))
        if message is None:
            raise _error(number, -32602, "Invalid parameters")
        context_id, task = self._continued(number, message)
        plan = self.faults.plan(message.text, context_id)
        await plan.before()
        reply = self._reply(message, context_id, task, plan)
        if plan.shape is not None and isinstance(reply, TaskMessage):
            reply = TaskMessage(role="agent", text=42, context_id=context_id)
        if method == form.methods["stream"]:
            return plan.after(_streamed(form, number, reply))
        is_blocking = form.is_blocking(params.get("configuration") or {})
        if isinstance(reply, AgentTask) and not is_blocking:
            reply.pause()
        return plan.after(JSONResponse(_result(number, form.result(reply))))

    def _get(self, form: ProtocolForm, number: object, params: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON
        task = self._find(number, params.get("id"))
        task.go_on()
        return form.task(task)

    def _cancel(self, form: ProtocolForm, number: object, params: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON
        task = self._find(number, params.get("id"))
        if task.state in ENDED:
            raise _error(number, -32002, "Task cannot be canceled")
        task.end(TaskState.CANCELED)
        return form.task(task)

    def _continued(self, number: object, message: TaskMessage) -> tuple[str, AgentTask | None]:
        """The context of a message, and the task that waits for it."""
        task = self._find(number, message.task_id) if message.task_id else None
        if task is not None and task.state in ENDED:
            raise _error(number, -32602, f"Task {task.id} is in terminal state: {task.state}")
        context_id = task.context_id if task else message.context_id
        return context_id or secrets.token_hex(8), task

    def _reply(
        self, message: TaskMessage, context_id: str, task: AgentTask | None, plan: FaultPlan
    ) -> TaskMessage | AgentTask:
        memory = self.contexts.setdefault(context_id, {})
        said = answer(plain(message.text), memory, task.question if task else "")
        text = plan.with_leak(said.text)
        if said.state is None:
            return TaskMessage(role="agent", text=text, context_id=context_id)
        task = task or AgentTask(context_id=context_id)
        self.tasks[task.id] = task
        task.add(message)
        task.question = said.question
        task.settle(said.state, text, said.file, polls=said.polls)
        return task

    def _find(self, number: object, name: object) -> AgentTask:
        task = self.tasks.get(name) if isinstance(name, str) else None
        if task is None:
            raise _error(number, -32001, "Task not found")
        return task


def _form(request: Request) -> ProtocolForm:
    is_new = request.headers.get("a2a-version") == "1.0" or request.url.path.startswith("/v1")
    return form_of("1.0" if is_new else "0.3")


def _streamed(form: ProtocolForm, number: object, reply: TaskMessage | AgentTask) -> Response:
    def pieces() -> Iterator[bytes]:
        for event in form.events(reply):
            yield f"data: {json.dumps(_result(number, event), ensure_ascii=False)}\r\n\r\n".encode()

    return stream(pieces(), "text/event-stream; charset=utf-8")


def _result(number: object, value: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "result": value}


def _error(number: object, code: int, message: str) -> EarlyResponse:
    return refuse(
        200, {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}
    )


def _authenticate(request: Request) -> None:
    given = request.headers.get("authorization", "").encode()
    if not secrets.compare_digest(given, f"Bearer {_ENVIRONMENT['A2A_TOKEN']}".encode()):
        raise refuse(401, {"error": "Unauthorized"}, {"WWW-Authenticate": "Bearer"})


EMULATOR = Emulator(
    name="a2a",
    create_app=lambda: make_app(_Agent()),
    base_path="",
    url_variable="A2A_URL",
    environment=_ENVIRONMENT,
    settings={"token": "${env.A2A_TOKEN}", "poll_every": "10ms", "poll_timeout": "5s"},
    sample=Sample(
        say=("Hello", "Convert 10 USD to EUR"),
        contains=("currencies", "9.20 EUR"),
        refusal=401,
    ),
)
