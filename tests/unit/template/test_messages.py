"""What is wrong with a template, in exact words."""

from __future__ import annotations

import time

import pytest

from harness.formats.template import TemplateError, compile_template
from harness.formats.yaml import read

CONTEXT = {
    "colour": "pink",
    "size": None,
    "order": {"id": "A-1", "lines": [1, 2]},
    "now": time.time,
    "long": "x" * 900_000,
}

MESSAGES = [
    pytest.param(
        "I want ${coluor} shoes",
        "no variable 'coluor'; did you mean 'colour'? [undefined-variable]",
        id="undefined name",
    ),
    pytest.param(
        "${sise + 1}",
        "no variable 'sise'; did you mean 'size'? [undefined-variable]",
        id="undefined name in an expression",
    ),
    pytest.param(
        "${order.idd}",
        "a mapping has no 'idd'; did you mean 'id'? [undefined-member]",
        id="undefined member",
    ),
    pytest.param(
        "${order.idd ~ 'x'}",
        "a mapping has no 'idd'; did you mean 'id'? [undefined-member]",
        id="undefined member in an expression",
    ),
    pytest.param(
        "${order.lines[2]}",
        "a list has no element 2; it has 2 elements, counted from 0 [undefined-member]",
        id="element past the end",
    ),
    pytest.param("${size.x}", "null has no 'x' [undefined-member]", id="member of null"),
    pytest.param(
        "${colour.upper()}", "a text has no 'upper' [undefined-member]", id="member of a text"
    ),
    pytest.param(
        "${order.__class__}",
        "'__class__' cannot be used in a template [forbidden]",
        id="Python's attribute",
    ),
    pytest.param(
        "${order['__class__']}",
        "'__class__' cannot be used in a template [forbidden]",
        id="Python's attribute by subscript",
    ),
    pytest.param(
        "${''.__class__.__mro__}",
        "'__mro__' cannot be used in a template [forbidden]",
        id="Python's attribute of a literal",
    ),
    pytest.param(
        "${__builtins__}",
        "'__builtins__' cannot be used in a template [forbidden]",
        id="Python's name",
    ),
    pytest.param(
        "${order['__cl' ~ 'ass__']}",
        "'__class__' cannot be used in a template [forbidden]",
        id="hidden attribute",
    ),
    pytest.param(
        "${self.x}", "'self' cannot be used in a template [forbidden]", id="Jinja's own object"
    ),
    pytest.param(
        "a ${size} dress",
        (
            "'${size}' is null, but it is part of a text; add | default('') to "
            "use an empty text [none-in-text]"
        ),
        id="null in a text",
    ),
    pytest.param(
        "${'a' ~ size}",
        (
            "'${'a' ~ size}' is null, but it is part of a text; add | "
            "default('') to use an empty text [none-in-text]"
        ),
        id="null beside a tilde",
    ),
    pytest.param(
        "${now}",
        "a function is used as a value; call it with () [not-a-value]",
        id="function without call",
    ),
    pytest.param(
        "I have ${colour",
        "'${' is not closed; write $${ for the text ${ [template-syntax]",
        id="not closed",
    ),
    pytest.param(
        "I have ${'colour}",
        "'${'colour}' is not a valid expression: unexpected char \"'\" at 0 [template-syntax]",
        id="quote not closed",
    ),
    pytest.param(
        "a ${} b",
        "'${}' is not a valid expression: it ends too early [template-syntax]",
        id="nothing inside",
    ),
    pytest.param(
        "${colour size}",
        (
            "'${colour size}' is not a valid expression: 'size' follows the expression "
            "[template-syntax]"
        ),
        id="two names",
    ),
    pytest.param(
        "${1 +}",
        "'${1 +}' is not a valid expression: it ends too early [template-syntax]",
        id="operator without operand",
    ),
    pytest.param(
        "${1, 2}",
        "'${1, 2}' is not a valid expression: ',' follows the expression [template-syntax]",
        id="several values",
    ),
    pytest.param(
        "${colour | uper}",
        "unknown filter 'uper'; did you mean 'upper'? [unknown-filter]",
        id="unknown filter",
    ),
    pytest.param(
        "${order | map(attribute='id')}",
        "unknown filter 'map'; did you mean 'max'? [unknown-filter]",
        id="filter that could call",
    ),
    pytest.param(
        "${colour is strong}",
        "unknown test 'strong'; did you mean 'string'? [unknown-test]",
        id="unknown test",
    ),
    pytest.param(
        "${range(10)}",
        "no variable 'range'; known: colour, long, now, order, size [undefined-variable]",
        id="range",
    ),
    pytest.param(
        "${'a' * 10**9}",
        "the result of '*' would have more than 1,000,000 characters [template-too-long]",
        id="endless text",
    ),
    pytest.param(
        "${2 ** 1000000000}",
        "the result of '**' would have more than 4,000 bits [template-too-long]",
        id="endless number",
    ),
    pytest.param(
        "${99999 ** 200 * 99999 ** 200}",
        "the result of '*' would have more than 4,000 bits [template-too-long]",
        id="endless product",
    ),
    pytest.param(
        "${'%99999999d' % 1}",
        "'%' cannot be used on a text; join texts with '~' [forbidden]",
        id="formatting",
    ),
    pytest.param(
        "${long + long}",
        "the result of '+' would have more than 1,000,000 characters [template-too-long]",
        id="long sum",
    ),
    pytest.param(
        "${long ~ long}",
        ("a value would have more than 1,000,000 characters and elements [template-too-long]"),
        id="long join",
    ),
    pytest.param(
        "${long}${long}",
        "the text would have more than 1,000,000 characters [template-too-long]",
        id="long text",
    ),
    pytest.param(
        "${long | replace('x', 'yy')}",
        "the replaced text would have more than 1,000,000 characters [template-too-long]",
        id="long replacement",
    ),
    pytest.param(
        "${[[[1] * 999] * 999] * 999}",
        (
            "the result of '*' would have more than 1,000,000 characters and elements "
            "[template-too-long]"
        ),
        id="long list",
    ),
    pytest.param(
        "${" + "(" * 900 + "1" + ")" * 900 + "}",
        (
            "'${((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((… (1741 "
            "more characters)}' is nested too deeply [template-syntax]"
        ),
        id="deep expression",
    ),
    pytest.param(
        "${" + "1 + " * 1000 + "1}",
        "the expression has 4,001 characters, expected at most 2,000 [template-too-long]",
        id="long expression",
    ),
    pytest.param(
        "${1 / 0}",
        "'${1 / 0}' cannot be evaluated: division by zero [template-failed]",
        id="division by zero",
    ),
    pytest.param(
        "${colour + 1}",
        (
            "'${colour + 1}' cannot be evaluated: can only concatenate str (not \"int\") "
            "to str [template-failed]"
        ),
        id="text and number",
    ),
    pytest.param(
        "${1e999}",
        "'${1e999}' cannot be evaluated: name 'inf' is not defined [template-failed]",
        id="infinite number",
    ),
    pytest.param(
        "${(-8) ** 0.5}", "complex is not a JSON value [not-a-value]", id="complex number"
    ),
    pytest.param(
        "${1 | round(999999999)}",
        (
            "'${1 | round(999999999)}' cannot be evaluated: a precision is at most 20 "
            "[template-failed]"
        ),
        id="huge precision",
    ),
    pytest.param(
        {"for_each": "x", "as": "t"},
        "'for_each' needs 'as' and 'yield', and may have 'when' [bad-form]",
        id="for_each without yield",
    ),
    pytest.param(
        {"for_each": "x", "as": "a b", "yield": 1},
        "'as' takes a name, not 'a b' [bad-form]",
        id="for_each with a strange name",
    ),
    pytest.param(
        {"wen": "${order}", "yield": 1},
        "'yield' is next to 'wen'; did you mean 'when'? [bad-form]",
        id="a misspelt form",
    ),
    pytest.param(
        {"when": "${1 == 1}", "yield": 1},
        (
            "the condition is always the same; write one expression, such as "
            "${settings.version == 2} [no-effect]"
        ),
        id="when that is always true",
    ),
    pytest.param(
        {"first_of": []},
        "'first_of' takes a list of values [bad-form]",
        id="first_of without choices",
    ),
    pytest.param(
        {"for_each": "colour", "as": "t", "yield": 1},
        "'for_each' needs a list, not a text [bad-form]",
        id="for_each over a text",
    ),
    pytest.param(
        {"${colour}": 1, "pink": 2},
        "two keys are 'pink' [duplicate-key]",
        id="two keys that are one",
    ),
    pytest.param({"${order.lines}": 1}, "the key is a list [key-is-no-text]", id="a list as key"),
]


@pytest.mark.parametrize(("value", "message"), MESSAGES)
def test_message(value, message):
    """A fault is told in exactly these words."""
    with pytest.raises(TemplateError) as raised:
        compile_template(value, definition=isinstance(value, dict)).render(CONTEXT)

    assert str(raised.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "${order.__class__}",
        "${x['__class__']}",
        "${__x__}",
        "${self}",
        "${a",
        "${a b}",
        "${a | uper}",
        "${a is strong}",
    ],
)
def test_seen_while_compiling(text):
    """What can be seen without values is told before there are any."""
    with pytest.raises(TemplateError):
        compile_template(text)


def test_every_problem_with_its_place():
    """All problems of a value are told at once, each at its expression."""
    content = b"""\
user: I want ${colour} and ${x.__class__}
more: ['${a', "${b | uper}"]
long: >
  folded ${1 +}
"""
    document = read(content, "a.yaml")

    with pytest.raises(TemplateError) as raised:
        compile_template(document.value, document.place)

    assert (
        str(raised.value)
        == """\
a.yaml:1:28: '__class__' cannot be used in a template
    1 | user: I want ${colour} and ${x.__class__}
      |                            ^^^^^^^^^^^^^^ [forbidden]
a.yaml:2:8: '${' is not closed
    2 | more: ['${a', "${b | uper}"]
      |        ^^^^^ write $${ for the text ${ [template-syntax]
a.yaml:2:16: unknown filter 'uper'
    2 | more: ['${a', "${b | uper}"]
      |                ^^^^^^^^^^^ did you mean 'upper'? [unknown-filter]
a.yaml:3:7: '${1 +}' is not a valid expression: it ends too early
    3 | long: >
      |       ^ [template-syntax]"""
    )


def test_place_while_rendering():
    """A fault that only values show has the place of its expression as well."""
    document = read(b"turns:\n  - user: a ${colour} ${sise}\n", "a.yaml")
    template = compile_template(document.value, document.place)

    with pytest.raises(TemplateError) as raised:
        template.render({"colour": 1, "size": 2})

    assert raised.value.problem.code == "undefined-variable"
    assert str(raised.value.problem.place) == "a.yaml:2:23"
