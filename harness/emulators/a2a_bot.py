"""The agent of A2A's emulator: it converts currencies.

| the message | the answer |
|---|---|
| Convert 10 USD to EUR | a completed task with an artifact |
| Convert 10 USD | a task that requires input; its next message names the currency |
| report | a task that is polled three times, with a text and a file |
| please fail, please reject, log in | a task that ends so, or that requires authentication |
| my name is …; what is my name | a message; remembers it in the context |
| anything else | a message |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.emulators.a2a_tasks import TaskState

_RATES = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79, "JPY": 151.0}
_CONVERT = re.compile(r"(\d+) ([A-Z]{3})(?: to ([A-Z]{3}))?")
_CURRENCY = re.compile(r"\b(USD|EUR|GBP|JPY)\b")
_NAME = re.compile(r"my name is (\w+)", re.IGNORECASE)
_HELP = "I convert currencies. Ask me to convert 10 USD to EUR."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswer:
    """What the agent says. Without a `state` it is a message, with one a task."""

    text: str
    state: TaskState | None = None
    file: str = ""
    question: str = ""
    """What the task goes on from, if it requires input."""
    polls: int = 0
    """How often a client sees the task at work."""


def answer(message: str, memory: dict[str, str], question: str) -> AgentAnswer:
    """The answer to a message, in a context that remembers, of a task that asked something."""
    said = message.lower()
    if asked := _CONVERT.search(question or message):
        named = _CURRENCY.search(message) if question else None
        return _converted(int(asked[1]), asked[2], asked[3] or (named[1] if named else ""))
    if met := _NAME.search(message):
        memory["name"] = met[1]
        return AgentAnswer(text=f"Nice to meet you, {met[1]}.")
    if "what is my name" in said:
        return AgentAnswer(text=f"Your name is {memory.get('name', 'not known to me')}.")
    ends = {
        "please fail": AgentAnswer(text="The rates are not available.", state=TaskState.FAILED),
        "please reject": AgentAnswer(text="I do not give tax advice.", state=TaskState.REJECTED),
        "log in": AgentAnswer(text="Log in to your bank first.", state=TaskState.AUTH_REQUIRED),
        "report": AgentAnswer(
            text="Your report is ready.", state=TaskState.COMPLETED, file="report.pdf", polls=3
        ),
    }
    return next((end for words, end in ends.items() if words in said), AgentAnswer(text=_HELP))


def _converted(amount: int, source: str, target: str) -> AgentAnswer:
    if not target:
        asked = f"To which currency should I convert {amount} {source}?"
        question = f"{amount} {source}"
        return AgentAnswer(text=asked, state=TaskState.INPUT_REQUIRED, question=question)
    value = amount * _RATES.get(target, 1.0) / _RATES.get(source, 1.0)
    return AgentAnswer(
        text=f"{amount} {source} is {value:.2f} {target}.", state=TaskState.COMPLETED
    )
