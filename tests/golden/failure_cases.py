"""Turns whose expectation fails, or that break, each with its emulator."""

from __future__ import annotations

from tests.emulated import providers_yaml

SYSTEMS = ("bighummingbird", "connectly", "enthusiast", "superoffice")
CONFIG = f"""\
provider: connectly
checks: [checks/politeness.py]
{providers_yaml(*SYSTEMS, poll_timeout="100ms")}\
  agent:
    definition: definitions/agent
    settings: {{base_url: '${{env.AGENT_URL}}'}}
"""
AGENT = """\
definition: agent
settings: {base_url: {type: string, required: true}}
send:
  - stream: {post: /talk, json: {text: '${message.text}'}}
    framing: ndjson
    reply:
      messages: $.events[?@.text]
      text: $.text
      tools: {path: '$.events[?@.tool]', name: $.tool}
      usage: $.events[*].usage
"""
STREAM = b"""\
{"tool": "search", "arguments": "{\\"query\\": \\"pink dress\\"}"}
{"tool": "check_stock", "arguments": {"product": "p-1"}}
{"text": "It is in stock."}
{"usage": {"input_tokens": 412, "total_tokens": 450}}
"""
"""What the agent answers to everything."""
OWN = """\
from harness import check


@check(schema={"type": "integer", "minimum": 1})
def polite_words(subject, value):
    \"\"\"How many polite words there are at least.\"\"\"
    found = subject.text.lower().split().count("please")
    if found < value:
        return f"{subject.name} has {found} polite words, expected at least {value}"
    return None


@check(schema={})
def dividing(subject, value):
    \"\"\"A check that crashes on 0.\"\"\"
    return str(_share(value))


def _share(value):
    try:
        return _divided(1, value)
    except ZeroDivisionError as error:
        raise ValueError(f"no share of {value}") from error


def _divided(one, other):
    return one // other
"""
ASKED = "  - user: Is it in stock?\n"
SHIPPING = "  - id: shipping\n    user: Do you offer free shipping?\n"
RESET = "  - user: How do I reset my password?\n"
BUTTONS = "  - user: Reset my password, please\n"
PLAN = "  - user: Help me plan a trip.\n    expect: none\n"


def asking(provider: str, turns: str, top: str = "") -> str:
    """A scenario against one provider."""
    return f"scenario: case\nprovider: {provider}\n{top}turns:\n{turns}"


FAILED: dict[str, str] = {
    "equals": asking("connectly", f"{SHIPPING}    expect: {{equals: 'We ship for free!'}}\n"),
    "contains": asking("connectly", f"{SHIPPING}    expect: {{contains: free shiping}}\n"),
    "contains-any": asking(
        "connectly", f"{SHIPPING}    expect: {{contains_any: [gratis, no charge]}}\n"
    ),
    "not-contains": asking("connectly", f"{SHIPPING}    expect: {{not_contains: [$50, sorry]}}\n"),
    "matches": asking("connectly", f"{SHIPPING}    expect: {{matches: 'over €\\d+'}}\n"),
    "starts-with": asking("connectly", f"{SHIPPING}    expect: {{starts_with: Yes}}\n"),
    "json": asking(
        "connectly",
        f"{SHIPPING}    expect:\n      json:\n"
        "        $.response.responseEvents[0].messageEvent.role: USER\n"
        "        $.response.nothing: 1\n",
    ),
    "json-matcher": asking(
        "connectly",
        "  - user: Yes I want a pink dress for my daughters 10th birthday\n"
        "    expect:\n      json:\n"
        "        $.response.responseEvents[*].recommendationEvent.products[*].price:\n"
        "          every: {less_than: 50}\n",
    ),
    "schema": asking("superoffice", f"{RESET}    expect: {{schema: shop/answer}}\n"),
    "schema-inline": asking(
        "superoffice", f"{RESET}    expect: {{schema: {{required: [Answer]}}}}\n"
    ),
    "like": asking(
        "connectly",
        f"{SHIPPING}    expect:\n      like:\n        response:\n"
        "          id: <uuid>\n          sessionId: <number 1..5>\n"
        "          responseEvents: {<every>: {messageEvent: {role: USER}}}\n",
    ),
    "same-as": asking(
        "superoffice",
        f"{RESET}    expect: {{same_as: {{file: shop/reset.json, ignore: $.Timestamp}}}}\n",
    ),
    "same-as-ignoring-nothing": asking(
        "superoffice",
        f"{RESET}    expect:\n      same_as: {{file: shop/reset.json,"
        " ignore: [$.Timestamp, $.BotAction, $.BotActions, $.UserDisplayText, $.BotResponse]}\n",
    ),
    "max-words": asking("connectly", f"{SHIPPING}    expect: {{max_words: 3}}\n"),
    "min-words": asking("connectly", f"{SHIPPING}    expect: {{min_words: 300}}\n"),
    "max-characters": asking("connectly", f"{SHIPPING}    expect: {{max_characters: 3}}\n"),
    "language": asking("connectly", f"{SHIPPING}    expect: {{language: [de, fr]}}\n"),
    "reading": asking(
        "connectly", f"{SHIPPING}    expect: {{reading: {{grade: {{at_most: 0}}}}}}\n"
    ),
    "json-of-an-earlier-turn": asking(
        "connectly",
        f"{SHIPPING}    expect: none\n"
        "  - user: Yes I want a pink dress for my daughters 10th birthday\n"
        "    expect:\n      json: {'$..textContent.text': {same_as_turn: 1}}\n",
    ),
    "status": asking("connectly", f"{SHIPPING}    expect: {{status: 201}}\n"),
    "headers": asking(
        "superoffice", f"{RESET}    expect: {{headers: {{content-type: text/html}}}}\n"
    ),
    "latency": asking(
        "connectly",
        "  - user: Do you offer free shipping? [[slow 100ms]]\n"
        "    expect: {latency: {under: 50ms}}\n",
    ),
    "messages": asking("connectly", f"{SHIPPING}    expect: {{messages: {{count: 3}}}}\n"),
    "messages-each": asking(
        "connectly", f"{SHIPPING}    expect: {{messages: {{each: {{ends_with: '?'}}}}}}\n"
    ),
    "actions": asking("superoffice", f"{BUTTONS}    expect: {{actions: [Contact Suport]}}\n"),
    "attachments": asking("superoffice", f"{RESET}    expect: {{attachments: {{count: 1}}}}\n"),
    "products": asking(
        "connectly",
        "  - user: Yes I want a pink dress for my daughters 10th birthday\n"
        "    expect: {products: {any: {$.title: {contains: blue}}}}\n",
    ),
    "not": asking(
        "connectly", f"{SHIPPING}    expect: {{not: {{contains: free shipping, status: 200}}}}\n"
    ),
    "any-of": asking(
        "connectly",
        f"{SHIPPING}    expect:\n      any_of:\n        - contains: free delivery\n"
        "        - not: {matches: '(?i)shipping'}\n",
    ),
    "all-of": asking(
        "connectly",
        f"{SHIPPING}    expect: {{all_of: [{{contains: delivery}}, {{status: 201}}]}}\n",
    ),
    "replies": asking(
        "connectly",
        f"{SHIPPING}    expect:\n      replies:\n        - contains: free shipping\n"
        "        - {optional: true, contains: 30 days}\n        - ends_with: '!'\n",
    ),
    "tools": asking(
        "agent",
        f"{ASKED}    expect:\n      tools:\n"
        "        exactly: [{name: search, arguments: {query: {contains: red}}}, check_stock]\n",
    ),
    "tools-none": asking("agent", f"{ASKED}    expect: {{tools: none}}\n"),
    "usage": asking("agent", f"{ASKED}    expect: {{usage: {{total_tokens: {{at_most: 400}}}}}}\n"),
    "first-token": asking("agent", f"{ASKED}    expect: {{first_token: {{under: 20ms}}}}\n"),
    "own-check": asking("connectly", f"{SHIPPING}    expect: {{polite_words: 2}}\n"),
    "whole-conversation": asking(
        "connectly",
        f"{SHIPPING}    expect: none\nexpect:\n  contains: refund\n  turns: {{at_least: 2}}\n",
    ),
    "whole-latency": asking(
        "connectly",
        "  - user: Do you offer free shipping? [[slow 100ms]]\n    expect: none\n"
        "expect: {latency: {p95: {under: 50ms}, total: {under: 1m}}}\n",
    ),
    "never": asking(
        "connectly", f"{SHIPPING}    expect: none\nexpect: {{never: {{contains: free}}}}\n"
    ),
    "always": asking(
        "connectly", f"{SHIPPING}    expect: none\nexpect: {{always: {{contains: thanks}}}}\n"
    ),
    "history": asking(
        "superoffice", f"{RESET}    expect: {{history: {{json: {{'$[0].UserPrompt': Hello}}}}}}\n"
    ),
    "capture-by-path": asking(
        "connectly", f"{SHIPPING}    expect: none\n    capture: {{id: $.response.id}}\n"
    ),
    "capture-by-pattern": asking(
        "connectly",
        f"{SHIPPING}    expect: none\n    capture: {{id: {{matches: 'order (\\d+)'}}}}\n",
    ),
    "capture-of-a-header": asking(
        "connectly", f"{SHIPPING}    expect: none\n    capture: {{id: {{header: X-Order}}}}\n"
    ),
    "several-in-a-turn": asking(
        "connectly",
        f"{SHIPPING}    expect:\n      contains: shipping\n      starts_with: Yes\n"
        "      status: 201\n      messages: {count: 1}\n",
    ),
    "two-turns": asking(
        "connectly",
        f"{SHIPPING}    expect: {{starts_with: Yes}}\n"
        "  - user: Yes I want a pink dress for my daughters 10th birthday\n"
        "    expect: {contains: yellow}\n",
    ),
    "more-than-are-shown": asking(
        "connectly",
        f"{SHIPPING}    expect:\n      equals: a\n      contains: b!\n      starts_with: c\n"
        "      ends_with: d\n      status: 201\n      matches: e+f\n      messages: {count: 9}\n",
    ),
    "contract": asking(
        "connectly",
        "  - user: Do you offer free shipping? [[shape]]\n    expect: {status: 200}\n",
    ),
    "refusal-that-did-not-come": asking("connectly", f"{SHIPPING}    error: {{status: 403}}\n"),
    "refusal-with-another-status": asking(
        "connectly", f"{SHIPPING}    error: {{status: 404}}\n", "credentials: none\n"
    ),
    "variables-in-an-expectation": asking(
        "bighummingbird",
        "  - user: Help me plan a ${length} trip.\n    expect: {contains: '${length} trip'}\n",
        "vars: {length: short}\n",
    ),
    "long-texts": asking(
        "superoffice",
        f"  - user: {'How do I reset my password? ' * 100}\n"
        f"    expect: {{equals: '{'x' * 3000}'}}\n",
    ),
    "text-of-several-lines": asking(
        "connectly",
        f"{SHIPPING}    expect:\n      equals: |-\n"
        "        We do.\n        Can I help you find a product?\n",
    ),
}

BROKEN: dict[str, str] = {
    "html-page": asking("connectly", "  - user: Hello [[html]]\n    expect: {contains: hello}\n"),
    "empty-body": asking("connectly", "  - user: Hello [[empty]]\n    expect: {contains: hello}\n"),
    "error-under-200": asking(
        "superoffice", "  - user: Hello [[error 200]]\n    expect: {contains: hello}\n"
    ),
    "error-under-200-where-a-capture-is-wanted": asking(
        "connectly", "  - user: Hello [[error 200]]\n    expect: {contains: hello}\n"
    ),
    "status-that-is-not-expected": asking(
        "connectly", "  - user: Hello [[status 503]]\n    expect: {contains: hello}\n"
    ),
    "wrong-key": asking(
        "connectly", f"{SHIPPING}    expect: {{contains: free}}\n", "credentials: wrong\n"
    ),
    "closed-in-mid-body": asking(
        "connectly", "  - user: Do you offer free shipping? [[close]]\n    expect: none\n"
    ),
    "contract-that-leaves-no-reply": asking(
        "superoffice", "  - user: Hello [[shape]]\n    expect: {contains: hello}\n"
    ),
    "state-that-is-missing": asking(
        "connectly",
        "  - user: Do you offer free shipping? [[shape state-missing]]\n    expect: none\n",
    ),
    "no-such-button": asking(
        "superoffice",
        f"{BUTTONS}    expect: none\n  - user: {{press: Contact Suport}}\n    expect: none\n",
    ),
    "no-buttons": asking(
        "enthusiast",
        "  - user: Is there an SLA?\n    expect: none\n  - user: {press: Help}\n    expect: none\n",
    ),
    "task-failed": asking(
        "enthusiast", "  - user: Is there an SLA? Please fail\n    expect: {contains: priority}\n"
    ),
    "variable-without-a-value": asking(
        "bighummingbird",
        "  - user: Help me plan a trip.\n    expect: none\n    capture: {all: $}\n"
        "  - user: 'To ${all.town}'\n    expect: none\n",
    ),
    "timeout-of-the-scenario": asking(
        "connectly", "  - user: Hello [[slow 5s]]\n    expect: none\n", "timeout: 100ms\n"
    ),
    "golden-that-is-missing": asking(
        "superoffice", f"{RESET}    expect: {{same_as: reset.json}}\n"
    ),
    "facts-that-are-missing": asking(
        "connectly", f"{SHIPPING}    expect: {{grounded_in: {{sources: fact.md, figures: all}}}}\n"
    ),
    "golden-outside-the-project": asking(
        "superoffice", f"{RESET}    expect: {{same_as: ../../reset.json}}\n"
    ),
    "D3-own-check-that-crashes": asking("connectly", f"{SHIPPING}    expect: {{dividing: 0}}\n"),
    "D3-own-check-that-crashes-in-another": asking(
        "connectly", f"{SHIPPING}    expect: {{not: {{dividing: 0}}}}\n"
    ),
    "second-turn": asking(
        "connectly",
        f"{SHIPPING}    expect: {{starts_with: Yes}}\n"
        "  - id: dress\n    user: Hello [[html]]\n    expect: {contains: hello}\n",
    ),
}
ANSWER = """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["BotResponse", "Answer"],
  "properties": {
    "Attachments": {"items": {"pattern": "^https://"}},
    "UserPrompt": {"type": "number"}
  }
}
"""
RESET_GOLDEN = """\
{
  "Timestamp": "2026-03-02T09:30:00Z",
  "UserPrompt": "How do I reset my password?",
  "UserDisplayText": "How can I reset my password?",
  "BotResponse": "Click on 'Forgot Password'.",
  "BotActions": {"Contact Support": "I want to contact support", "Try again": "Hello"},
  "Attachments": ["password-reset-guide.pdf"]
}
"""
