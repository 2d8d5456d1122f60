"""Scenarios with one slip each that is likely meant otherwise, by the name of the golden text."""

from __future__ import annotations

from scenario_cases import HEAD, TURN, expecting, top, turn

COLOUR = f"{TURN}vars: {{colour: pink}}\n"
INCLUDE = "scenario: dress\nturns:\n  - include: fragments/f.yaml\n"
FRAGMENT = {"fragments/f.yaml": TURN.removeprefix("scenario: dress\n")}
BRANCH = f"{HEAD}  - {{id: a, user: Hello, expect: none}}\n"
ROWS = "scenario: dress\nmatrix: {file: rows.csv}\nturns:\n  - user: ${a}\n    expect: none\n"


def saying(text: str, more: str = "") -> str:
    """A scenario with the variable `colour` whose user says a text that is not quoted."""
    return f"{more}vars: {{colour: pink}}\n{HEAD}  - user: {text}\n    expect: none\n"


def rows(text: str, scenario: str = ROWS) -> dict[str, str]:
    """A scenario with a file of rows."""
    return {"a.yaml": scenario, "rows.csv": text}


SLIPS: dict[str, dict[str, str]] = {
    name: {"dress.yaml": content} if isinstance(content, str) else content
    for name, content in {
        "comment-cuts-a-message": saying("What about order #17?"),
        "comment-cuts-all": saying("#17 is late"),
        "comment-cuts-several-lines": saying("Hello\n      there #17"),
        "comment-cuts-a-check": expecting("contains_any:", "  - order #17", "  - order"),
        "message-forgotten": f"{HEAD}  - user:\n    expect: none\n",
        "text-forgotten": f"{HEAD}  - user: {{text: }}\n    expect: none\n",
        "utterance-forgotten": (
            f"{HEAD}  - user:\n      utterances:\n        - Hi\n        -\n    expect: none\n"
        ),
        "dollar-without-braces": saying("A $colour dress"),
        "braces-without-dollar": saying("A {colour} dress"),
        "two-braces": saying("A {{colour}} dress"),
        "braces-in-a-check": COLOUR.replace("hello", "'{colour}'"),
        "bot-says-the-last": f"{TURN}  - assistant: Bye\n",
        "bot-says-the-last-of-a-branch": (
            f"{BRANCH}  - assistant: Bye\n  - branch: {{from: a}}\n"
            "  - {user: Bye, expect: none}\n"
        ),
        "button-first": f"{HEAD}  - user: {{press: Help}}\n    expect: none\n",
        "pick-without-utterances": (
            f"{HEAD}  - user: {{text: Hi, pick: first}}\n    expect: none\n"
        ),
        "sample-above-utterances": (
            f"{HEAD}  - user: {{utterances: [Hi, Hello], pick: {{sample: 5}}}}\n    expect: none\n"
        ),
        "utterance-twice": f"{HEAD}  - user: {{utterances: [a, b, a]}}\n    expect: none\n",
        "matrix-value-twice": top("matrix:", "  child: [a, b]", "  colour:", "  - red", "  - red"),
        "matrix-value-a-text": top("matrix: {colour: red}").replace("Hello", "${colour}"),
        "rows-and-list": rows("a\n1\n", ROWS.replace("csv}", "csv, a: [1, 2]}")),
        "rows-with-a-column-twice": rows("a,a\n1,2\n"),
        "rows-with-semicolons": rows("a;b\n1;2\n"),
        "rows-with-a-blank": rows("a, b\n1,2\n"),
        "rows-with-a-name-twice": rows("name,a\nx,1\n\nx,2\n"),
        "beside-include": {
            "a.yaml": f"{INCLUDE}    id: b\n    wait: 2s\n    expect: none\n    on_fail: stop\n",
            **FRAGMENT,
        },
        "with-beside-include": {"a.yaml": f"{INCLUDE}    with: {{a: 1}}\n", **FRAGMENT},
        "file-beside-include": {
            "a.yaml": f"{HEAD}  - include:\n    file: fragments/f.yaml\n    with: {{a: 1}}\n",
            **FRAGMENT,
        },
        "beside-branch": (
            f"{BRANCH}  - branch: {{from: a}}\n    expect: none\n  - {{user: Bye, expect: none}}\n"
        ),
        "check-beside-user": turn("contains: hello"),
        "ignore-case-beside-user": turn("expect: {contains: hello}", "ignore_case: true"),
        "never-in-a-turn": expecting("never: {contains: sorry}"),
        "turns-in-a-turn": expecting("turns: 3"),
        "status-over-all": top("expect: {status: 200}"),
        "history-over-all": top("expect: {history: {contains: hello}}"),
        "press-as-a-turn": f"{TURN}  - press: Help\n    expect: none\n",
        "turn-at-the-top": top("capture: {a: $.id}"),
        "check-at-the-top": top("contains: hello"),
        "expect-over-all-only": f"{HEAD}  - user: Hello\nexpect: {{contains: hello}}\n",
        "expect-in-capitals": turn("expect: None"),
        "wait-of-an-unknown-unit": turn("expect: none", "wait: 2 sec"),
        "latency-a-duration": expecting("latency: 2s"),
        "latency-a-number": expecting("latency: 2"),
        "latency-of-nothing": expecting("latency: {under: 0s}"),
        "timeout-of-nothing": top("timeout: 0s"),
        "secret-yes": turn("expect: none", "capture: {a: {json: $.id, secret: yes}}"),
        "ignore-case-off": expecting("contains: hello", "ignore_case: off"),
        "exists-no": expecting("json: {$.a: {exists: no}}"),
        "skip-true": top("skip: true"),
        "reply-a-text": expecting("replies: [hello]"),
        "error-a-number": turn("error: 401"),
        "choice-a-mapping": expecting("any_of: {contains: hello}"),
        "count-of-at-least-none": expecting("messages: {count: {at_least: 0}}"),
        "history-that-nobody-keeps": expecting("history: {contains: hello}"),
        "same-as-its-own-turn": expecting("json: {$.id: {same_as_turn: 1}}"),
        "member-of-a-literal": top("vars: {order: {number: 7}}").replace(
            "Hello", "Order ${order.nummer}"
        ),
        "ignore-case-for-nothing": expecting("status: 200", "ignore_case: true"),
        "variable-that-the-matrix-gives": top(
            "vars: {colour: pink}", "matrix: {colour: [red, blue]}"
        ).replace("Hello", "${colour}"),
        "utterances-in-the-setup": top("setup: [{user: {utterances: [Hi, Hello]}, expect: none}]"),
        "utterances-in-the-teardown": top(
            "teardown: [{user: {utterances: [Bye, Ciao]}, expect: none}]"
        ),
        "provider-twice": top("provider: [shop, shop]"),
        "skip-and-xfail": top("skip: later", "xfail: wrong"),
        "any-order-of-a-count": expecting("tools: {count: 2, any_order: true}"),
        "path-with-a-hyphen": expecting("json: {$.response.session-id: 1}"),
        "defaults-of-another-name": {"a.yaml": TURN, "defaults.yml": "tags: [smoke]\n"},
        "suffix-in-capitals": {"a.YAML": f"{HEAD}  - user: Hello\n"},
    }.items()
}
