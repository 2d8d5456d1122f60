"""A small chat API without a memory: each request holds all messages, with their tool calls.

`POST /chat` takes `{"messages": [...]}`. A message `call NAME {"a": 1}` makes the bot call that
tool; several lines are several calls at once; `again` calls a tool after each answer. What the
tools return, the bot repeats.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.json_server import JsonHandler, serving_json

DEFINITION = """\
definition: tools
settings:
  base_url: {type: string, required: true}
  system: {type: string}
send: &ask
  - request:
      post: /chat
      json:
        messages:
          - {when: settings.system, yield: {role: system, content: '${settings.system}'}}
          - for_each: transcript
            as: said
            yield:
              - when: ${said.role != 'tool'}
                yield:
                  role: ${said.role}
                  content: ${said.text}
                  tool_calls:
                    when: said.tool_calls
                    yield:
                      for_each: said.tool_calls
                      as: call
                      yield:
                        id: ${call.id}
                        name: ${call.name}
                        arguments: ${call.arguments_json}
              - for_each: said.results
                as: result
                yield:
                  role: tool
                  call: ${result.id}
                  content: ${result.text}
                  failed: ${result.is_error}
          - {when: not results, yield: {role: user, content: '${message.text}'}}
    reply:
      messages: $.message
      text: $.content
      tools: {path: '$.message.tool_calls[*]', id: $.id}
      usage: $.usage
tools: *ask
"""


class ToolBot:
    """The bot, and the messages of the requests that it had."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[list[dict]] = []

    def answer(self, messages: list[dict]) -> dict:
        """The message that follows."""
        last = messages[-1]
        if last["role"] == "tool":
            results = []
            for message in reversed(messages):
                if message["role"] != "tool":
                    break
                word = "failed" if message["failed"] else "said"
                results.insert(0, f"{word} {message['content']}")
            if any(message.get("content") == "again" for message in messages):
                return self._calls(["call more {}"], len(messages))
            return {"content": f"The tools {' and '.join(results)}"}
        lines = [line for line in last["content"].split("\n") if line.startswith("call ")]
        if last["content"] == "again":
            lines = ["call more {}"]
        if lines:
            return self._calls(lines, len(messages))
        return {"content": f"You said {last['content']}, after {len(messages) - 1} messages"}

    def _calls(self, lines: list[str], number: int) -> dict:
        calls = []
        for at, line in enumerate(lines):
            _, name, arguments = line.split(" ", 2)
            calls.append({"id": f"c{number}-{at}", "name": name, "arguments": arguments})
        return {"content": "Let me look", "tool_calls": calls}


@contextmanager
def serving_tools() -> Iterator[ToolBot]:
    """Serve the bot on a free port of loopback."""
    bot = ToolBot()

    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802  # http.server's name
            messages = self.given()["messages"]
            bot.requests.append(messages)
            self.answer(200, {"message": bot.answer(messages), "usage": {"tokens": 10}})

    with serving_json(Handler) as bot.url:
        yield bot
