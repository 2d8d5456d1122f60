"""What templates render to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.formats.template import TemplateError, compile_template

CONTEXT = {
    "colour": "pink",
    "count": 3,
    "half": 0.5,
    "yes": True,
    "nothing": None,
    "code": "007",
    "list": [1, "two", None],
    "order": {"id": "A-1", "tracking-number": 5, "self": "/a", "_id": 7, "lines": [{"sku": "x"}]},
    "turns": [{"text": "hi", "reply": None}, {"text": "yo", "reply": {"n": 1}}],
    "now": lambda: "2024-01-02",
    "result": "own",
}


def render(value, *, definition=False):
    return compile_template(value, definition=definition).render(CONTEXT)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${count}", 3),
        ("${ count }", 3),
        ("${code}", "007"),
        ("${nothing}", None),
        ("${yes}", True),
        ("${list}", [1, "two", None]),
        ("${order.id}", "A-1"),
        ("${order['tracking-number']}", 5),
        ('${order["_id"]}', 7),
        ("${order.self}", "/a"),
        ("${order.lines[0].sku}", "x"),
        ("${list[-1]}", None),
        ("${count + 1}", 4),
        ("${not yes}", False),
        ("${now()}", "2024-01-02"),
        ("${result ~ '!'}", "own!"),
        ("${colour if yes else count}", "pink"),
        ("${nothing or colour}", "pink"),
        ("${ {'a': count}['a'] }", 3),
        ("${'}'}", "}"),
        ("${[count, (1, 2)]}", [3, [1, 2]]),
        ("${none}", None),
        ("${true}", True),
    ],
)
def test_lone_expression(text, value):
    """A text that is one `${…}` takes the value with its type."""
    found = render(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a ${colour} dress", "a pink dress"),
        ("${colour}${count}", "pink3"),
        ("${count} ", "3 "),
        ("x ${yes} ${half}", "x true 0.5"),
        ("x ${list} ${order.lines}", 'x [1,"two",null] [{"sku":"x"}]'),
        ("${colour ~ yes ~ list} ", 'pinktrue[1,"two",null] '),
        ("line\n${count}\n", "line\n3\n"),
        ("$${colour} costs $5 {}", "${colour} costs $5 {}"),
        ("$${a} ${count}", "${a} 3"),
        ("{{ count }} {% if x %} {# c #}\n# for x in y ${count}", None),
    ],
)
def test_mixed_text(text, value):
    """In a text, values stand as JSON but for texts; nothing but `${…}` has a meaning."""
    expected = text.replace("${count}", "3") if value is None else value

    assert render(text) == expected


def test_tree():
    """Keys, values and elements are rendered at every depth; the rest is kept."""
    tree = {"${colour}": ["${count}", {"a": "b ${colour}", "n": None}], "k": 1.5}

    assert render(tree) == {"pink": [3, {"a": "b pink", "n": None}], "k": 1.5}


@pytest.mark.parametrize("value", [None, 1, "text", "$5 {a}", [], {"a": ["b", None]}], ids=str)
def test_constant(value):
    """A value without `${` renders to itself, and needs no names."""
    template = compile_template(value)

    assert template.is_constant
    assert template.names == frozenset()
    assert template.render({}) is value


def test_constant_escape():
    """A text with nothing but an escape is constant too."""
    template = compile_template(["$${a}"])

    assert template.render({}) == ["${a}"]
    assert template.names == frozenset()


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("${a.b[0]} ${c}", "a c"),
        ({"k": ["${a}"], "${b}": 1}, "a b"),
        ("${a + b.c | default(d)}", "a b d"),
        ("${f(x) if y is defined else [z][0]}", "f x y z"),
        ({"first_of": ["${a}", {"k": "${b}"}]}, "a b"),
        (
            {"for_each": "turns", "as": "t", "when": "${t.x}", "yield": "${t.y} ${z}"},
            "turns z",
        ),
        ({"when": "a.x", "yield": "${b}"}, "a b"),
        ({"for_each": "${t}", "as": "t", "yield": "${t}"}, "t"),
    ],
    ids=str,
)
def test_names(value, names):
    """The names of a template are the variables that it needs from outside."""
    assert compile_template(value, definition=True).names == frozenset(names.split())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${'a-b' | upper}", "A-B"),
        ("${'A' | lower}", "a"),
        ("${' a ' | trim}", "a"),
        ("${'xax' | trim('x')}", "a"),
        ("${'two words' | title}", "Two Words"),
        ("${'wORD' | capitalize}", "Word"),
        ("${list | length}", 3),
        ("${[4, 5] | first}", 4),
        ("${[4, 5] | last}", 5),
        ("${[] | first}", None),
        ("${[1, 'a', true] | join('-')}", "1-a-true"),
        ("${'aXbX' | replace('X', '')}", "ab"),
        ("${'12' | int}", 12),
        ("${'1.9' | int}", 1),
        ("${'x' | int}", 0),
        ("${'x' | int(5)}", 5),
        ("${'1.5' | float}", 1.5),
        ("${'x' | float}", 0.0),
        ("${true | string}", "true"),
        ("${'ab' | list}", ["a", "b"]),
        ("${[1, 1, 2, 1] | unique}", [1, 2]),
        ("${[2, 1] | sort}", [1, 2]),
        ("${[1, 2] | sort(reverse=true)}", [2, 1]),
        ("${[1, 2] | sum}", 3),
        ("${[1, 2] | min}", 1),
        ("${[1, 2] | max}", 2),
        ("${-1 | abs}", 1),
        ("${2.345 | round(1)}", 2.3),
        ("${order.lines | tojson}", '[{"sku":"x"}]'),
        ("${'a dress.JPG' | media_type}", "image/jpeg"),
        ("${'dress.webp' | media_type}", "image/webp"),
        ("${'dress' | media_type}", "application/octet-stream"),
        ("${'é/ &' | urlencode}", "%C3%A9%2F%20%26"),
        ("${ {'a b': 'c d', 'n': 1} | urlencode}", "a+b=c+d&n=1"),
        ("${'user:pw' | base64}", "dXNlcjpwdw=="),
        ("${'user' | basic_auth('pw')}", "dXNlcjpwdw=="),
        ("${ {'a': 1} | items}", [["a", 1]]),
        ("${missing | default('d')}", "d"),
        ("${order.missing | default('d')}", "d"),
        ("${nothing | default('d')}", "d"),
        ("${'' | default('d', true)}", "d"),
        ("${'' | default('d')}", ""),
        ("${missing is defined}", False),
    ],
)
def test_filters(text, value):
    """The filters do what their names say."""
    assert render(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *(f"${{nothing | {name}}}" for name in ("upper", "join", "int", "sum", "base64", "length")),
        "${nothing | basic_auth('pw')}",
        "${'user' | basic_auth(none)}",
    ],
)
def test_filters_keep_none(text):
    """A none stays none in a filter."""
    assert render(text) is None


DEFINITION = [
    ("${order.missing}", None),
    ("${order.id.missing.deep}", None),
    ("${turns[7].text}", None),
    ("${order.missing or 'x'}", "x"),
    ("a ${nothing}", None),
    ("a ${order.missing}", None),
    ("${nothing ~ 'a'}", None),
    ({"a": "${nothing}", "b": "x ${nothing}", "c": None, "d": "${count}"}, {"c": None, "d": 3}),
    (["${nothing}", None, 1], [None, 1]),
    ({"a": {"b": "${nothing}"}}, {"a": {}}),
    ({"${nothing}": 1, "b": 2}, {"b": 2}),
    ({"first_of": ["${nothing}", "a ${nothing}", "b ${count}", 4]}, "b 3"),
    ({"first_of": ["${nothing}"]}, None),
    ({"a": {"first_of": ["${nothing}"]}}, {}),
    ({"for_each": "turns", "as": "t", "yield": "${t.text}"}, ["hi", "yo"]),
    ({"for_each": "${turns}", "as": "t", "yield": "${t.reply}"}, [{"n": 1}]),
    ({"for_each": "turns", "as": "t", "when": "t.reply", "yield": "${t.text}"}, ["yo"]),
    ({"for_each": "turns", "as": "t", "when": "${not t.reply}", "yield": "${t.text}"}, ["hi"]),
    ({"for_each": "order.lines", "as": "t", "yield": {"s": "${t.sku}", "c": "${count}"}}, None),
    ({"for_each": "nothing", "as": "t", "yield": 1}, []),
    ({"for_each": "order.missing", "as": "t", "yield": 1}, []),
    ({"for_each": [1, "${count}"], "as": "t", "yield": ["${t}"]}, [[1], [3]]),
    ({"for_each": "turns", "as": "colour", "yield": "${colour.text}"}, ["hi", "yo"]),
    ({"a": {"when": "${count == 3}", "yield": "${count}"}, "b": 1}, {"a": 3, "b": 1}),
    ({"a": {"when": "count == 4", "yield": 1}, "b": 1}, {"b": 1}),
    ({"when": "nothing", "yield": {"a": 1}}, None),
    ([1, {"when": "count", "yield": 2}, {"when": "nothing", "yield": 3}], [1, 2]),
    ([{"when": "count", "yield": [1, 2]}, {"when": "nothing", "yield": [3]}, 4], [1, 2, 4]),
    ([{"when": "count", "yield": {"for_each": "turns", "as": "t", "yield": 5}}], [5, 5]),
    ([{"when": "count", "yield": "${nothing}"}], []),
    (
        [
            {
                "for_each": "turns",
                "as": "t",
                "yield": [
                    {"when": "${not t.reply}", "yield": {"said": "${t.text}"}},
                    {"when": "t.reply", "yield": ["${t.text}", "${t.reply.n}"]},
                ],
            }
        ],
        [{"said": "hi"}, "yo", 1],
    ),
]


@pytest.mark.parametrize(("value", "expected"), DEFINITION, ids=lambda value: str(value)[:60])
def test_definition(value, expected):
    """In a definition a none is left out, absent members are none, and forms build values."""
    if isinstance(value, dict) and value.get("for_each") == "order.lines":
        expected = [{"s": "x", "c": 3}]

    assert render(value, definition=True) == expected


def test_forms_belong_to_definitions():
    """Elsewhere a mapping with such keys is a mapping."""
    value = {"for_each": "turns", "as": "t", "yield": 1}

    assert compile_template(value).render({}) is value


def test_look_up_needs_no_engine():
    """Names, members and indexes are rendered without an import of Jinja."""
    program = (
        "import sys; from harness.formats.template import compile_template as c\n"
        "assert c('x ${a.b[0]} ${a[\"k\"]}').render({'a': {'b': [1], 'k': 2}}) == 'x 1 2'\n"
        "assert 'jinja2' not in sys.modules\n"
        "assert c('${a + 1}').render({'a': 1}) == 2\n"
        "assert 'jinja2' in sys.modules\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr


def test_definition_needs_top_names():
    """A name that nothing gives is an error in a definition as well."""
    with pytest.raises(TemplateError, match="no variable 'cuont'"):
        render("${cuont.x}", definition=True)
