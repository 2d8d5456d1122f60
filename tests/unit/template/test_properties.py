"""What holds for every template."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.formats.template import TemplateError, compile_template
from harness.formats.template.lookup import parse_lookup
from harness.formats.template.sandbox import compile_expression
from harness.formats.template.template_error import Fault

KEYS = st.sampled_from(["a", "b", "c", "_d", "b-c", "items", "keys", "0", "self"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(KEYS, children, max_size=4),
    max_leaves=15,
)
CONTEXTS = st.dictionaries(st.sampled_from(["a", "b", "_d", "items"]), VALUES, min_size=1)
PARTS = st.lists(
    st.sampled_from([".a", ".b", ".items", "._d", "['b-c']", '["a"]', "[0]", "[1]", ".__class__"]),
    max_size=4,
)
LOOKUPS = st.builds(
    lambda root, parts, blank: blank + root + "".join(parts) + blank,
    st.sampled_from(["a", "b", "_d", "items", "self", "__dict__"]),
    PARTS,
    st.sampled_from(["", " "]),
)


def outcome(compile_source, source, context, *, lenient):
    try:
        return compile_source(source, lenient=lenient).evaluate(context)
    except Fault as fault:
        return fault.code


@settings(deadline=None)
@given(LOOKUPS, CONTEXTS, st.booleans())
def test_look_up_and_engine_agree(source, context, lenient):
    """The direct look-up gives what Jinja gives, and a fault of the same code."""
    direct = outcome(parse_lookup, source, context, lenient=lenient)
    engine = outcome(compile_expression, source, context, lenient=lenient)

    assert direct == engine


@settings(deadline=None)
@given(VALUES)
def test_lone_expression_keeps_value(value):
    """A lone `${…}` gives the value itself."""
    assert compile_template("${a}").render({"a": value}) is value


@settings(deadline=None)
@given(st.text().filter(lambda text: "${" not in text), VALUES.filter(lambda v: v is not None))
def test_mixed_text(text, value):
    """A text keeps its characters around a value, which stands as JSON or as itself."""
    shown = (
        value
        if isinstance(value, str)
        else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    )
    around = text.removesuffix("$")

    assert compile_template(f"{around}|${{a}}|{text}").render({"a": value}) == (
        f"{around}|{shown}|{text}"
    )


@settings(deadline=None)
@given(VALUES)
def test_escaped_text(value):
    """Any text reads back when each `${` in it is escaped."""
    text = json.dumps(value) + "${a}"

    assert compile_template(text.replace("${", "$${")).render({}) == text


WORDS = """
    a b zz 1 9 'x' [ ] ( ) { } . , : | + - * ** % / // ~ == < in not is if else join upper replace
    default sort tojson list length defined __class__ self range none true for \0 é " \\ $ #
"""
EXPRESSIONS = st.lists(st.sampled_from([*WORDS.split(), " "]), max_size=12).map("".join)


@settings(deadline=None)
@given(EXPRESSIONS, CONTEXTS, st.booleans())
def test_any_expression(source, context, definition):
    """Whatever stands in a template, it renders to JSON or raises TemplateError."""
    try:
        value = compile_template(f"${{{source}}}", definition=definition).render(context)
    except TemplateError as error:
        problems = error.problems
    else:
        problems = ()
        json.dumps(value, allow_nan=False)

    assert all(problem.code and problem.message for problem in problems)
