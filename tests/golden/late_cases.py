"""Scenarios that wait for late messages: what fails, what breaks, and what is misplaced."""

from __future__ import annotations

from scenario_cases import expecting, top

HEAD = "scenario: case\nprovider: {}\nturns:\n  - user: {}\n    expect:\n"


def _asking(provider: str, said: str, *lines: str) -> str:
    return HEAD.format(provider, said) + "".join(f"      {line}\n" for line in lines)


FAILED: dict[str, str] = {
    "no-message-came": _asking(
        "enthusiast", "Is there an SLA?", "messages: {count: {at_least: 2}, within: 200ms}"
    ),
    "one-of-two-came": _asking(
        "enthusiast",
        "Is there an SLA? [[late 50ms]]",
        "replies:",
        "  messages: [{contains: SLA}, {contains: phone}, {contains: discount}]",
        "  within: 300ms",
    ),
    "two-checks-wait": _asking(
        "bighummingbird",
        "Help me plan a trip to Italy.",
        "messages: {last: {starts_with: One more thing}, within: 100ms}",
        "replies: {messages: [{contains: Rome}, {contains: Naples}], within: 600ms}",
    ),
}
BROKEN: dict[str, str] = {
    "provider-without-late": _asking(
        "connectly", "Do you offer free shipping?", "messages: {count: 3, within: 10s}"
    ),
    "looking-is-refused": _asking("gone", "Is there an SLA?", "messages: {count: 3, within: 10s}"),
}
MISPLACED: dict[str, str] = {
    "in-not": expecting("not: {messages: {count: 2, within: 5s}}"),
    "in-any-of": expecting(
        "any_of: [{contains: hello}, {replies: {messages: [{contains: a}], within: 5s}}]"
    ),
    "in-all-of-in-not": expecting("not: {all_of: [{messages: {count: 2, within: 5s}}]}"),
    "in-never": top("expect: {never: {messages: {count: 2, within: 5s}}}"),
    "in-always": top("expect: {always: {messages: {count: 2, within: 5s}}}"),
    "over-all": top("expect: {replies: {messages: [{contains: a}], within: 5s}}"),
    "of-the-history": expecting("history: {messages: {count: 2, within: 5s}}"),
    "for-nothing": expecting("messages: {within: 5s}"),
    "no-unit": expecting("messages: {count: 2, within: 5}"),
    "no-time": expecting("messages: {count: 2, within: 0s}"),
    "a-variable": expecting("messages: {count: 2, within: '${patience}'}"),
    "beside-a-list": expecting("replies: [{contains: a, within: 5s}]"),
}
LATE = """\
definition: ours
settings: {base_url: {type: string, required: true}}
send:
  - request: {post: /say, json: {text: '${message.text}'}}
    reply: {text: $.text}
late:
"""
DEFINITIONS: dict[str, str] = {
    "no-reply-is-read": f"{LATE}  - request: {{get: /said}}\n",
    "more-than-messages": (
        f"{LATE}  - request: {{get: /said}}\n    reply: {{text: $.text, actions: $.buttons}}\n"
    ),
    "no-steps": LATE.replace("late:", "late: []"),
}
