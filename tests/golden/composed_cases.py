"""Scenarios of several files with one fault each, by the name of the golden text."""

from __future__ import annotations

HEAD = "scenario: dress\n"
TURN = "turns:\n  - user: Hello\n    expect: {contains: hello}\n"
FRAGMENT = "parameters: {colour: red, child: ~}\n" + TURN.replace("Hello", "A ${colour} dress")
ROWS = f"{HEAD}matrix: {{file: rows.csv}}\n{TURN}"
BRANCH = f"{HEAD}branch: {{file: other.yaml, from: %s}}\n{TURN}"
OTHER = "scenario: other\nturns:\n  - {id: hello, user: Hello, expect: none}\n"
NAME = "a.yaml"


def including(entry: str) -> str:
    """A scenario that includes a fragment."""
    return f"{HEAD}turns:\n  - include: {entry}\n"


def fragment(entry: str, text: str = FRAGMENT) -> dict[str, str]:
    """A scenario that includes a fragment, and the fragment."""
    return {NAME: including(entry), "fragments/f.yaml": text}


def defaults(text: str) -> dict[str, str]:
    """A scenario with defaults."""
    return {NAME: HEAD + TURN, "defaults.yaml": text}


FILE = "fragments/f.yaml"
COMPOSED: dict[str, dict[str, str]] = {
    "include-missing": {NAME: including("fragments/g.yaml"), FILE: FRAGMENT},
    "include-outside": {NAME: including("../../../etc/passwd")},
    "include-without-a-parameter": fragment(FILE),
    "include-with-an-unknown-parameter": fragment(
        f"{{file: {FILE}, with: {{child: 1, color: 2}}}}"
    ),
    "include-with-an-undefined-variable": fragment(
        f"{{file: {FILE}, with: {{child: '${{kid}}'}}}}"
    ),
    "include-and-user": {NAME: including(f"{FILE}\n    user: Hello"), FILE: TURN},
    "include-of-itself": fragment(FILE, "turns:\n  - include: f.yaml\n"),
    "include-in-a-circle": {
        **fragment(FILE, "turns:\n  - include: g.yaml\n"),
        "fragments/g.yaml": "turns:\n  - include: f.yaml\n",
    },
    "include-with-one-id-twice": fragment(
        f"{FILE}\n  - id: hello\n    user: Bye\n    expect: none",
        TURN.replace("user", "id: hello\n    user"),
    ),
    "fragment-with-an-unknown-key": fragment(FILE, "titel: A dress\n" + TURN),
    "fragment-with-an-unknown-check": fragment(FILE, TURN.replace("contains", "containz")),
    "fragment-with-an-undefined-variable": fragment(FILE, TURN.replace("Hello", "A ${size} dress")),
    "fragment-that-is-no-yaml": fragment(FILE, "turns:\n  - user: 'Hello\n"),
    "fragment-with-a-bad-pattern": fragment(FILE, TURN.replace("contains: hello", "matches: '(a'")),
    "defaults-with-an-unknown-key": defaults("provder: shop\n"),
    "defaults-with-a-scenario's-key": defaults("title: All of them\n"),
    "defaults-with-an-unknown-provider": defaults("provider: shopp\n"),
    "defaults-with-an-unknown-tag": defaults("tags: [smok]\n"),
    "defaults-with-an-undefined-variable": defaults("vars: {a: '${b}'}\n"),
    "defaults-with-a-bad-pattern": defaults("expect: {never: {matches: '(a'}}\n"),
    "rows-missing": {NAME: ROWS, "row.csv": "a\n1\n"},
    "B6-rows-of-a-file-beyond-the-limit": {NAME: ROWS, "rows.csv": "a\n" + "1\n" * 10_001},
    "B6-rows-of-a-file-times-a-list": {
        NAME: f"{HEAD}matrix: {{file: rows.csv, c: {list(range(11))}}}\n{TURN}",
        "rows.csv": "name,a\n" + "".join(f"{n},1\n" for n in range(1_000)),
    },
    "B6-rows-of-a-json-file-that-is-too-deep": {
        NAME: ROWS.replace(".csv", ".json"),
        "rows.json": "[" * 100_000,
    },
    "B6-rows-of-a-file-that-is-too-large": {NAME: ROWS, "rows.csv": "a\n" * (8 * 1024 * 1024 + 1)},
    "B6-fragments-that-multiply": {
        NAME: including("fragments/f0.yaml"),
        **{
            f"fragments/f{level}.yaml": "turns:\n" + f"  - include: f{level + 1}.yaml\n" * 10
            for level in range(12)
        },
        "fragments/f12.yaml": TURN,
    },
    "D5-matrix-in-defaults": {NAME: HEAD + TURN, "defaults.yaml": "matrix: {a: [1]}\n"},
    "D5-tags-in-a-fragment": {
        NAME: f"{HEAD}turns:\n  - include: {FILE}\n",
        FILE: f"tags: [smoke]\n{TURN}",
    },
    "rows-empty": {NAME: ROWS, "rows.csv": "a,b\n"},
    "rows-with-a-cell-too-many": {NAME: ROWS, "rows.csv": "a,b\n1,2\n1,2,3\n"},
    "rows-with-a-wrong-name": {NAME: ROWS, "rows.csv": "a b\n1\n"},
    "rows-that-are-no-json": {NAME: ROWS.replace(".csv", ".json"), "rows.json": "[{]"},
    "rows-that-are-no-list": {NAME: ROWS.replace(".csv", ".json"), "rows.json": '{"a": 1}'},
    "rows-that-differ": {NAME: ROWS.replace(".csv", ".json"), "rows.json": '[{"a": 1}, {"b": 1}]'},
    "branch-from-an-unknown-turn": {NAME: BRANCH % "helo", "other.yaml": OTHER},
    "branch-of-itself": {NAME: f"{HEAD}branch: {{file: a.yaml, from: hello}}\n{TURN}"},
    "branch-of-a-fragment": {NAME: f"{HEAD}branch: {{file: {FILE}, from: a}}\n{TURN}", FILE: TURN},
}
