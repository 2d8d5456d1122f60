"""Scenario files with one fault each, by the name of the golden text."""

from __future__ import annotations

HEAD = "scenario: dress\nturns:\n"
TURN = f"{HEAD}  - user: Hello\n    expect: {{contains: hello}}\n"


def turn(*lines: str) -> str:
    """A scenario with one turn, whose keys are given; `user` is there already."""
    return "".join([HEAD, "  - user: Hello\n", *(f"    {line}\n" for line in lines)])


def expecting(*lines: str) -> str:
    """A scenario with one turn and the given lines in its `expect:`."""
    return turn("expect:", *(f"  {line}" for line in lines))


def top(*lines: str) -> str:
    """A whole scenario with further lines at its top."""
    return TURN + "".join(f"{line}\n" for line in lines)


SHAPE: dict[str, str | bytes] = {
    "empty": "",
    "blank-lines": "\n\n   \n",
    "only-comments": "# to be written\n# later\n",
    "document-mark-only": "---\n",
    "null-at-the-top": "null\n",
    "list-at-the-top": "- user: Hello\n- user: Bye\n",
    "text-at-the-top": "Hello\n",
    "number-at-the-top": "42\n",
    "keys-of-another-tool": "tests:\n  - name: hello\n    steps: []\n",
    "no-turns": "scenario: dress\n",
    "turns-empty": "scenario: dress\nturns: []\n",
    "turns-a-mapping": "scenario: dress\nturns:\n  user: Hello\n  expect: {contains: hello}\n",
    "no-id": "turns:\n  - user: Hello\n    expect: {contains: hello}\n",
    "turn-a-text": "scenario: dress\nturns:\n  - Hello\n",
    "turn-without-user": "scenario: dress\nturns:\n  - expect: {contains: hello}\n",
    "user-and-assistant": turn("assistant: Hi", "expect: {contains: hello}"),
    "user-a-list": "scenario: dress\nturns:\n  - user: [a, b]\n    expect: none\n",
    "text-and-press": (
        "scenario: dress\nturns:\n  - user: {text: Hello, press: Help}\n    expect: none\n"
    ),
    "attachment-without-name": (
        "scenario: dress\nturns:\n"
        "  - user: {text: Hello, attachments: [{content: aGk=}]}\n    expect: none\n"
    ),
    "assistant-with-expect": (
        f"{HEAD}  - assistant: Welcome!\n    expect: {{contains: hello}}\n"
        "  - user: Hello\n    expect: {contains: hello}\n"
    ),
    "expect-and-error": turn("expect: {contains: hello}", "error: {status: 403}"),
    "turn-id-twice": (
        f"{HEAD}  - id: first\n    user: Hello\n    expect: none\n"
        "  - id: first\n    user: Bye\n    expect: none\n"
    ),
}

SYNTAX: dict[str, str | bytes] = {
    "tab-before-a-key": f"{HEAD}  - user: Hello\n\texpect: none\n",
    "tab-before-a-turn": "scenario: dress\nturns:\n\t- user: Hello\n",
    "tab-behind-blanks": f"{HEAD}  - user: Hello\n  \texpect: none\n",
    "single-quote-open": f"{HEAD}  - user: 'Hello\n    expect: none\n",
    "double-quote-open": f'{HEAD}  - user: "Hello\n    expect: none\n',
    "apostrophe-in-single-quotes": f"{HEAD}  - user: 'it's fine'\n    expect: none\n",
    "text-behind-a-quote": f'{HEAD}  - user: "Hello" she said\n    expect: none\n',
    "key-too-far-right": f"{HEAD}  - user: Hello\n      expect: none\n",
    "key-too-far-left": f"{HEAD}  - user: Hello\n   expect: none\n",
    "turn-too-far-left": f"{HEAD}  - user: Hello\n    expect: none\n - user: Bye\n",
    "colon-in-a-text": f"{HEAD}  - user: Note: it is late\n    expect: none\n",
    "colon-forgotten": f"{HEAD}  - user: Hello\n    expect none\n",
    "bracket-open": f"{HEAD}  - user: Hello\n    expect: {{contains: [a, b}}\n",
    "brace-open": f"{HEAD}  - user: Hello\n    expect: {{contains: a\n",
    "text-starts-with-at": f"{HEAD}  - user: @maria, hello\n    expect: none\n",
    "text-starts-with-backtick": f"{HEAD}  - user: `hello`\n    expect: none\n",
    "text-starts-with-percent": f"{HEAD}  - user: %5 off\n    expect: none\n",
    "text-starts-with-star": f"{HEAD}  - user: *hello*\n    expect: none\n",
    "text-starts-with-bang": f"{HEAD}  - user: !important\n    expect: none\n",
    "unknown-escape": f'{HEAD}  - user: Hello\n    expect: {{matches: "\\d+"}}\n',
    "second-document": f"{TURN}---\n{TURN}",
    "merge-key": f"base: &base {{a: 1}}\n{HEAD}  - <<: *base\n    user: Hello\n    expect: none\n",
    "mapping-as-a-key": f"{HEAD}  - user: Hello\n    expect: none\n    ? {{a: 1}}\n    : b\n",
    "conflict-marks": f"<<<<<<< HEAD\n{TURN}=======\n{TURN}>>>>>>> other\n",
}

TWICE: dict[str, str | bytes] = {
    "key-twice-at-the-top": f"{TURN}title: one\ntitle: two\n",
    "key-twice-in-a-turn": turn("expect: none", "expect: {contains: hello}"),
    "check-twice": expecting("contains: hello", "contains: there"),
    "key-twice-on-a-line": turn("expect: {contains: a, contains: b}"),
    "key-three-times": f"{TURN}title: one\ntitle: two\ntitle: three\n",
    "key-twice-with-other-quotes": expecting("contains: hello", '"contains": there'),
}

UNKNOWN: dict[str, str | bytes] = {
    "key-at-the-top": top("titel: A pink dress"),
    "D1-key-with-a-cyrillic-letter": turn("\u0435xpect: {contains: hello}"),
    "D1-check-with-a-zero-width-space": expecting("contains\u200b: hello"),
    "D5-name-at-the-top": "name: dress\nturns:\n  - user: Hello\n    expect: none\n",
    "D5-conversation-at-the-top": (
        "scenario: dress\nconversation:\n  - user: Hello\n    expect: none\n"
    ),
    "D5-check-regex": expecting("regex: hel+o"),
    "D5-check-buttons": expecting("buttons: [Help]"),
    "D5-comma-in-braces": turn("expect: {contains: Sorry, try again}"),
    "D5-comma-in-a-turn": "scenario: dress\nturns:\n  - {user: Hello, world, expect: none}\n",
    "key-of-nothing-known": top("zzz: 1"),
    "key-in-a-turn": turn("expects: {contains: hello}"),
    "key-in-a-message": (
        "scenario: dress\nturns:\n  - user: {txt: Hello}\n    expect: {contains: hello}\n"
    ),
    "check": expecting("containz: hello"),
    "check-in-a-camel": expecting("notContains: hello"),
    "check-of-a-refusal": turn("error: {statuss: 403}"),
    "check-of-a-reply-in-a-refusal": turn("error: {status: 403, messages: {count: 1}}"),
    "check-over-all": top("expect: {never: {containz: sorry}}"),
    "scope-over-all": top("expect: {newer: {contains: sorry}}"),
    "check-of-the-history": expecting("history: {jsn: {$.a: 1}}"),
    "matcher": expecting("json: {$.price: {less_then: 200}}"),
    "matcher-in-a-matcher": expecting("json: {$.prices: {every: {less_then: 200}}}"),
    "placeholder": expecting("like: {response: {id: <uid>}}"),
    "placeholder-of-a-list": expecting("like: {events: {<unorderd>: [1, 2]}}"),
    "language": expecting("language: english"),
    "key-of-a-golden": expecting("same_as: {file: a.json, ignored: $.id}"),
    "matcher-of-a-turn": (
        f"{TURN}  - user: Bye\n    expect: {{json: {{$.ids: {{every: {{same_as_turn: 1}}}}}}}}\n"
    ),
    "matcher-of-messages": expecting("messages: {cont: 2}"),
    "modifier": expecting("contains: hello", "ignorecase: true"),
    "capture": turn("expect: none", "capture: {product: {jsn: $.id}}"),
    "provider": top("provider: shopp"),
    "provider-in-a-list": top("provider: [shop, chat]"),
    "tag": top("tags: [smoke, sale]"),
    "tag-like-none": top("tags: [nightly]"),
    "credentials": top("credentials: invalid"),
    "on-fail": turn("expect: none", "on_fail: abort"),
    "schema": expecting("schema: shop/replay"),
    "several-at-once": (
        "scenario: dress\ntitel: A dress\nturns:\n"
        "  - user: Hello\n    expect: {containz: hello}\n"
        "  - id: bye\n    user: Bye\n    expct: none\n"
        "  - user: Well?\n    expect: {json: {$.price: {less_then: 3}}}\ntags: [sale]\n"
    ),
}

TAGS_OF_YAML: dict[str, str | bytes] = {
    "python-call": f"{HEAD}  - user: !!python/object/apply:os.system [touch ran]\n",
    "python-name": f"{HEAD}  - user: !!python/name:os.system\n    expect: none\n",
    "python-module": f"!!python/module:os\n{TURN}",
    "own-tag": f"{HEAD}  - user: !include other.txt\n    expect: none\n",
    "own-tag-on-a-list": "scenario: dress\nturns: !turns\n  - user: Hello\n    expect: none\n",
    "long-tag": f"{HEAD}  - user: !<tag:example.com,2000:a> Hello\n    expect: none\n",
    "binary": f"{HEAD}  - user: !!binary aGVsbG8=\n    expect: none\n",
    "number-that-is-none": turn("expect: {status: !!int twelve}"),
    "not-a-number": turn("expect: {json: {$.a: .nan}}"),
}

ALIASES: dict[str, str | bytes] = {
    "bomb": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    ),
    "of-itself": "scenario: dress\nturns: &turns\n  - user: Hello\n    expect: none\n  - *turns\n",
    "of-nothing": f"{HEAD}  - user: *greeting\n    expect: none\n",
    "too-deep": f"{HEAD}  - user: Hello\n    expect: {{json: {{$.a: {'[' * 5000}{']' * 5000}}}}}\n",
}

BYTES: dict[str, str | bytes] = {
    "utf-16-with-mark": TURN.encode("utf-16"),
    "utf-16-without-mark": TURN.encode("utf-16-le"),
    "utf-16-other-end-first": TURN.encode("utf-16-be"),
    "utf-32": TURN.encode("utf-32"),
    "latin-1": TURN.replace("Hello", "Grüße").encode("latin-1"),
    "cut-character": TURN.encode() + "title: é".encode()[:-1],
    "nul": TURN.encode().replace(b"Hello", b"He\0llo"),
    "control-character": TURN.encode().replace(b"Hello", b"He\x07llo"),
    "delete-character": TURN.encode().replace(b"Hello", b"He\x7fllo"),
}

IDS: dict[str, str | bytes] = {
    name: TURN.replace("dress", identifier, 1)
    for name, identifier in {
        "id-climbs": "../../etc/x",
        "id-absolute": "/etc/passwd",
        "id-with-a-backslash": "a\\b",
        "id-too-long": "x" * 300,
        "id-a-device": "CON",
        "id-a-device-with-suffix": "nul.yaml",
        "id-an-emoji": "👗",
        "id-a-letter-that-is-not-ascii": "kleid-für-töchter",
        "id-with-a-newline": '"pink\\ndress"',
        "id-with-a-blank": "pink dress",
        "id-empty": '""',
        "id-null": "~",
        "id-starts-with-a-dot": ".dress",
        "id-of-preparation": "prepare",
        "id-with-a-separator": "dress--pink",
        "id-of-a-take": "dress.take-02",
        "id-with-a-variable": "${name}",
    }.items()
}

TEMPLATES: dict[str, str | bytes] = {
    "undefined": turn("expect: {contains: '${colour}'}"),
    "undefined-but-near": top("vars: {colour: pink}").replace("Hello", "A ${color} dress"),
    "undefined-in-vars": top("vars: {dress: '${colour} dress'}"),
    "undefined-in-session": top("session: {country: '${land}'}"),
    "undefined-in-a-button": f"{TURN}  - user: {{press: '${{label}}'}}\n    expect: none\n",
    "undefined-over-all": top("expect: {never: {contains: '${word}'}}"),
    "vars-in-the-wrong-order": top("vars: {dress: '${colour} dress', colour: pink}"),
    "capture-too-early": (
        f"{HEAD}  - user: Order ${{product}}\n    expect: none\n"
        "  - id: list\n    user: What is there?\n    expect: none\n"
        "    capture: {product: $.id}\n"
    ),
    "capture-in-its-own-turn": (
        f"{HEAD}  - user: Order ${{product}}\n    expect: none\n    capture: {{product: $.id}}\n"
    ),
    "capture-misspelt": (
        f"{HEAD}  - user: What is there?\n    expect: none\n    capture: {{product: $.id}}\n"
        "  - user: Order ${prodct}\n    expect: none\n"
    ),
    "python-member": top("vars: {x: a}").replace("Hello", "${x.__class__}"),
    "python-member-in-brackets": top("vars: {x: a}").replace("Hello", "${x['__class__']}"),
    "python-member-by-filter": top("vars: {x: a}").replace("Hello", "${x | attr('__class__')}"),
    "python-member-of-a-text": turn("expect: none").replace("Hello", "${''.__class__.__mro__}"),
    "environment": turn("expect: none").replace("Hello", "${env.SHOP_KEY}"),
    "not-closed": turn("expect: none").replace("Hello", "The price is ${price"),
    "D15-javascript": turn("expect: none").replace("Hello", "'Print `Hi ${name}!`'"),
    "D15-javascript-expression": turn("expect: none").replace(
        "Hello", "'Print `${a.map(x => x + 1)}`'"
    ),
    "empty-braces": turn("expect: none").replace("Hello", "Hello ${}"),
    "unreadable": turn("expect: none").replace("Hello", "'${1 +}'"),
    "unknown-filter": top("vars: {x: a}").replace("Hello", "${x | uper}"),
    "endless-loop": turn("expect: none").replace("Hello", "${range(10 ** 12) | list}"),
    "jinja-loop": turn("expect: none").replace("Hello", "'${[x for x in range(10)]}{% for %}'"),
    "too-long": turn("expect: none").replace("Hello", f"${{{'a + ' * 1000}1}}"),
}

NOTHING: dict[str, str | bytes] = {
    "turn-without-expect": f"{HEAD}  - user: Hello\n",
    "turn-with-empty-expect": turn("expect:"),
    "turn-with-empty-mapping": turn("expect: {}"),
    "turn-with-another-none": turn("expect: nothing"),
    "only-a-modifier": turn("expect: {ignore_case: true}"),
    "empty-error": turn("error: {}"),
    "empty-history": turn("expect: {history: {}}"),
    "nothing-over-all": top("expect: {never: {}}"),
    "only-assistant-lines": f"{HEAD}  - assistant: Welcome!\n",
    "pattern-star": turn("expect: {matches: '.*'}"),
    "pattern-empty": turn("expect: {matches: ''}"),
    "pattern-with-an-empty-choice": turn("expect: {matches: 'hello|'}"),
    "pattern-optional": turn("expect: {matches: '(hello)?'}"),
    "contains-empty": turn("expect: {contains: ''}"),
    "contains-an-empty-list": turn("expect: {contains: []}"),
    "starts-with-empty": turn("expect: {starts_with: ''}"),
    "json-empty": turn("expect: {json: {}}"),
    "messages-empty": turn("expect: {messages: {}}"),
    "schema-true": turn("expect: {schema: true}"),
    "like-anything": turn("expect: {like: <any>}"),
    "count-of-any-kind": turn("expect: {messages: {count: {greater_than: -1}}}"),
    "min-words-none": turn("expect: {min_words: 0}"),
    "schema-empty": turn("expect: {schema: {}}"),
}

VALUES: dict[str, str | bytes] = {
    "bad-pattern": turn("expect: {matches: '(hello'}"),
    "B4-pattern-that-repeats-too-often": turn("expect: {matches: 'a{999999999}'}"),
    "B4-pattern-in-json": turn("expect: {json: {$.a: {matches: '(ab){99999}'}}}"),
    "B4-pattern-of-a-capture": turn("capture: {a: {matches: '(a{200}){200}'}}\n    expect: none"),
    "B4-pattern-that-is-too-long": turn(f"expect: {{not_matches: '{'ab' * 10_001}'}}"),
    "B4-pattern-of-a-schema": turn("expect: {schema: {pattern: 'a{999999999}'}}"),
    "bad-pattern-in-a-list": turn("expect: {not_matches: '[a-'}"),
    "bad-path": turn("expect: {json: {'$.a[': 1}}"),
    "path-without-dollar": turn("expect: {json: {price: 1}}"),
    "range-the-wrong-way-round": turn("expect: {like: {price: <number 5..1>}}"),
    "golden-of-another-kind": turn("expect: {same_as: greeting.txt}"),
    "golden-with-an-absolute-path": turn("expect: {same_as: /etc/passwd.json}"),
    "repeats-below-a-turn": turn("expect: {repeats: none, asks_again: [colour]}"),
    "grounded-in-an-unknown-source": turn(
        "expect: {grounded_in: {sources: [usr, products.json, price], figures: all}}"
    ),
    "grounded-in-nothing": turn("expect: {grounded_in: {sources: [], figures: all}}"),
    "grounded-in-the-whole-payload": turn("expect: {grounded_in: {sources: $, figures: all}}"),
    "grounded-in-with-claims": turn(
        "expect: {grounded_in: {sources: user, figures: numbrs, claims: {by: careful}}}"
    ),
    "words-a-word": turn("expect: {max_words: ten}"),
    "reading-without-a-limit": turn("expect: {reading: {grade: 8}}"),
    "bad-path-of-a-capture": turn("expect: none", "capture: {product: 'products[0]'}"),
    "bad-capture-name": turn("expect: none", "capture: {product-id: $.id}"),
    "capture-of-two-kinds": turn("expect: none", "capture: {product: {json: $.id, header: X}}"),
    "latency-without-unit": turn("expect: {latency: {under: 2}}"),
    "latency-of-an-unknown-unit": turn("expect: {latency: {under: 2sec}}"),
    "status-a-word": turn("expect: {status: ok}"),
    "status-out-of-range": turn("expect: {status: 2000}"),
    "timeout-without-unit": top("timeout: 30"),
    "contains-a-mapping": turn("expect: {contains: {text: hello}}"),
    "expect-a-list": turn("expect: [contains, hello]"),
    "matrix-not-a-list": top("matrix: {child: daughter}"),
    "matrix-empty": top("matrix: {}"),
    "repeat-zero": top("repeat: 0"),
    "repeat-a-text": top("repeat: often"),
    "repeat-pass-above-takes": top("repeat: {takes: 5, pass: 6}"),
    "B6-matrix-of-three-long-lists": top(
        "matrix: {" + ", ".join(f"{name}: {list(range(2_000))}" for name in "abc") + "}"
    ),
    "B6-matrix-just-beyond-the-limit": top(f"matrix: {{a: {list(range(10_001))}}}"),
    "B6-utterances-that-multiply": HEAD
    + f"  - user: {{utterances: {[f'say {n}' for n in range(30)]}}}\n    expect: {{contains: a}}\n"
    * 4,
    "B6-takes-of-many-rows": top(f"matrix: {{a: {list(range(1_001))}}}\nrepeat: 100"),
    "repeat-too-many": top("repeat: {takes: 1001}"),
    "repeat-never-decides": top("repeat: {until: decided, at_most: 10}"),
    "repeat-with-good-below-bad": top("repeat: {until: decided, good: 0.7}"),
    "repeat-until-something": top("repeat: {until: sure}"),
    "repeat-until-with-takes": top("repeat: {until: decided, takes: 5}"),
    "repeat-without-takes": top("repeat: {pass: 4}"),
    "repeat-of-an-unknown-key": top("repeat: {takes: 5, passes: 4}"),
    "tags-a-text": top("tags: smoke"),
    "tag-with-a-blank": top("tags: [smoke test]"),
    "link-that-is-no-page": top("links: ['javascript:alert(1)']"),
    "link-without-an-address": top("links: [{name: SHOP-12}]"),
    "session-a-text": top("session: France"),
    "ignore-case-a-word": expecting("contains: hello", "ignore_case: sometimes"),
    "inline-schema-unknown-type": turn("expect: {schema: {type: strin}}"),
    "D5-teardown-a-text": top("teardown: cancel"),
    "D5-inline-schema-type-null": turn(
        "expect: {schema: {properties: {a: {type: [array, null]}}}}"
    ),
    "D5-matcher-type-null": turn("expect: {json: {$.a: {type: [array, null]}}}"),
    "A5-inline-schema-format": turn("expect:", "  schema: {properties: {at: {format: datetime}}}"),
    "inline-schema-remote": turn("expect: {schema: {$ref: 'http://127.0.0.1:9/a.json'}}"),
    "capture-of-a-secret-history": turn(
        "expect: none", "capture: {x: {history: $.id, secret: true}}"
    ),
    "wait-without-unit": turn("expect: none", "wait: 2"),
    "wait-of-the-bot": (
        f"{HEAD}  - assistant: Hi\n    wait: 2s\n  - user: Hello\n    expect: none\n"
    ),
    "skip-empty": top("skip: ''"),
    "skip-without-a-reason": top("skip: {when: {mode: live}}"),
    "skip-in-an-unknown-mode": top("skip: {reason: later, when: {mode: alive}}"),
    "skip-on-an-unknown-condition": top("skip: {reason: later, when: {os: linux}}"),
    "skip-of-an-unknown-provider": top("skip: {reason: later, when: {provider: shopp}}"),
    "skip-of-an-unknown-row": top(
        "matrix: {colour: [red, blue]}", "skip: {reason: later, when: {row: [red, bleu]}}"
    ),
    "skip-strict": top("skip: {reason: later, strict: true}"),
    "xfail-true": top("xfail: true"),
    "utterances-empty": f"{HEAD}  - user: {{utterances: []}}\n    expect: none\n",
    "utterances-and-text": (
        f"{HEAD}  - user: {{text: Hi, utterances: [Hello]}}\n    expect: none\n"
    ),
    "utterances-of-an-unknown-pick": (
        f"{HEAD}  - user: {{utterances: [Hi, Hello], pick: some}}\n    expect: none\n"
    ),
    "utterances-with-an-undefined-variable": (
        f"{HEAD}  - user: {{utterances: [Hi, 'I am ${{name}}']}}\n    expect: none\n"
    ),
    "setup-with-an-unknown-key": top("setup: [{usr: Hello}]"),
    "branch-without-a-turn": top("branch: {file: a.yaml}"),
    "matrix-file-a-number": top("matrix: {file: 3}"),
    "long-value": turn(f"on_fail: {'x' * 400}"),
}

GROUPS: dict[str, dict[str, str | bytes]] = {
    "shape": SHAPE,
    "syntax": SYNTAX,
    "twice": TWICE,
    "unknown": UNKNOWN,
    "yaml-tags": TAGS_OF_YAML,
    "aliases": ALIASES,
    "bytes": BYTES,
    "ids": IDS,
    "templates": TEMPLATES,
    "asserts-nothing": NOTHING,
    "values": VALUES,
}
CASES: dict[str, str | bytes] = {
    f"{group}/{name}": content for group, cases in GROUPS.items() for name, content in cases.items()
}
