from __future__ import annotations

from types import MappingProxyType

import pytest
from definitions import definition

from harness.config import read_config
from harness.core.errors import ConfigurationError, DefinitionError
from harness.providers.filling_in import fill_in
from harness.providers.python_class import definition_of_class

SEND = """\
  size: {type: integer, default: 3}
  names: {type: array}
  must: {type: string, required: true}
send:
  - request: {get: /a, query: {all: '${settings.size}${settings.names}${settings.must}'}}
"""
SECRET = "pl4nted-s3cret"


def fill(tmp_path, *lines, environment=None, **options):
    settings = "".join(f"      {line}\n" for line in lines)
    file = tmp_path / "harness.yaml"
    file.write_text(f"providers:\n  bot:\n    definition: ours\n    settings:\n{settings}")
    config = read_config(file).providers["bot"]
    return fill_in(config, definition(SEND), environment or {}, **options)


def problems(tmp_path, *lines, environment=None, **options):
    with pytest.raises(ConfigurationError) as caught:
        fill(tmp_path, *lines, environment=environment, **options)
    assert SECRET not in str(caught.value)
    return [f"{one.place or one.where} {one.code}" for one in caught.value.problems]


URL = "base_url: http://a"
MUST = "must: x"


def test_settings_are_filled_in(tmp_path):
    """Values come from the file and the environment, and defaults stand in."""
    provider = fill(
        tmp_path,
        "base_url: 'http://${env.HOST}/v1'",
        "token: ${env.T}",
        MUST,
        "names: [a]",
        environment={"HOST": "a", "T": SECRET},
    )

    assert provider.settings == {
        "base_url": "http://a/v1",
        "token": SECRET,
        "size": 3,
        "names": ["a"],
        "must": "x",
    }
    assert provider.secrets == {"token": SECRET}
    assert "token" not in provider.open_settings


@pytest.mark.parametrize(("written", "value"), [("7", 7), ("'7'", 7), ("${env.N}", 7)])
def test_a_number_may_come_as_a_text(written, value, tmp_path):
    """The environment holds texts only, so a whole number may be one."""
    provider = fill(tmp_path, URL, MUST, f"size: {written}", environment={"N": "7"})

    assert provider.settings["size"] == value


def test_a_secret_that_is_not_given_is_none(tmp_path):
    """A secret that is not required may be left out, and hides nothing then."""
    provider = fill(tmp_path, URL, MUST)

    assert provider.settings["token"] is None
    assert provider.secrets == {}


PROBLEMS = {
    "missing": ([URL], ["harness.yaml:4:5 missing-setting"]),
    "null": ([URL, "must: ~"], ["harness.yaml:4:5 missing-setting"]),
    "unknown": ([URL, MUST, "siz: 4"], ["harness.yaml:7:7 unknown-setting"]),
    "of another kind": ([URL, MUST, "size: big"], ["harness.yaml:7:13 wrong-setting"]),
    "variable missing": (["base_url: ${env.NO}", MUST], ["harness.yaml:5:17 missing-variable"]),
    "two variables missing": (
        ["base_url: 'http://${env.NO}:${env.NOR}'", MUST],
        ["harness.yaml:5:17 missing-variable"] * 2,
    ),
    "variable of another name": (
        ["base_url: ${NO}", MUST],
        ["harness.yaml:5:17 undefined-variable"],
    ),
    "inline secret": ([URL, MUST, f"token: {SECRET}"], ["harness.yaml:7:14 inline-secret"]),
    "inline number": ([URL, MUST, "token: 12345"], ["harness.yaml:7:14 inline-secret"]),
    "secret in a default": (
        [URL, MUST, f"token: \"${{env.NO | default('{SECRET}')}}\""],
        ["harness.yaml:7:14 inline-secret"],
    ),
    "secret in an expression": (
        [URL, MUST, f"token: \"${{'{SECRET}'}}\""],
        ["harness.yaml:7:14 inline-secret"],
    ),
    "ftp": (["base_url: ftp://a", MUST], ["harness.yaml:5:17 wrong-address"]),
    "file": (["base_url: file:///etc/passwd", MUST], ["harness.yaml:5:17 wrong-address"]),
    "no scheme": (["base_url: a.example.com", MUST], ["harness.yaml:5:17 wrong-address"]),
    "no host": (["base_url: 'https://'", MUST], ["harness.yaml:5:17 wrong-address"]),
    "a password": ([f"base_url: http://u:{SECRET}@a", MUST], ["harness.yaml:5:17 wrong-address"]),
    "a query": ([f"base_url: http://a/?key={SECRET}", MUST], ["harness.yaml:5:17 wrong-address"]),
    "a bad port": (["base_url: 'http://a:x'", MUST], ["harness.yaml:5:17 wrong-address"]),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_is_wrong_with_a_setting(case, tmp_path):
    """Each fault is named at its place, and never with the value of a secret."""
    lines, wanted = PROBLEMS[case]

    assert problems(tmp_path, *lines) == wanted


def test_all_that_is_wrong_comes_at_once(tmp_path):
    """Problems of several settings are told together."""
    found = problems(tmp_path, "size: big", f"token: {SECRET}", "zzz: 1")

    assert sorted(found) == [
        "harness.yaml:4:5 missing-setting",
        "harness.yaml:5:13 wrong-setting",
        "harness.yaml:6:14 inline-secret",
        "harness.yaml:7:7 unknown-setting",
    ]


def test_the_default_of_a_variable_may_be_another_one(tmp_path):
    """A secret may fall back to another variable, or to nothing."""
    one = fill(tmp_path, URL, MUST, "token: ${env.A | default(env.B)}", environment={"B": SECRET})
    none = fill(tmp_path, URL, MUST, "token: \"${env.A | default('')}\"")

    assert one.settings["token"] == SECRET
    assert none.secrets == {}


RECORDED = {"base_url": "http://recorded", "size": 9, "must": "then"}


def test_a_replay_needs_no_environment(tmp_path):
    """What comes from the environment is taken from the recording, secrets are placeholders.

    A default is the definition's of today.
    """
    provider = fill(
        tmp_path,
        "base_url: ${env.NO}",
        "token: ${env.NOR}",
        "must: ${env.NEITHER}",
        recorded=RECORDED,
    )

    assert provider.settings == {
        "base_url": "http://recorded",
        "token": "<redacted:token>",
        "size": 3,
        "names": None,
        "must": "then",
    }


def test_a_replay_does_not_depend_on_the_environment(tmp_path):
    """A variable that is set does not change a replay."""
    provider = fill(
        tmp_path, "base_url: ${env.URL}", MUST, environment={"URL": "ftp://x"}, recorded=RECORDED
    )

    assert provider.settings["base_url"] == "http://recorded"


def test_what_the_file_says_goes_before_the_recording(tmp_path):
    """A setting that harness.yaml writes out is that one, also in a replay."""
    provider = fill(tmp_path, "base_url: ${env.NO}", "must: now", recorded=RECORDED)

    assert provider.settings["must"] == "now"


def test_without_credentials(tmp_path):
    """A negative scenario may leave secrets out, whatever the environment holds."""
    provider = fill(
        tmp_path, URL, MUST, "token: ${env.T}", environment={"T": SECRET}, credentials="none"
    )

    assert provider.settings["token"] is None


def test_wrong_credentials(tmp_path):
    """A negative scenario may make secrets up; those are the same each time."""
    lines = (URL, MUST, "token: ${env.T}")
    one = fill(tmp_path, *lines, environment={"T": SECRET}, credentials="wrong")
    again = fill(tmp_path, *lines, environment={}, credentials="wrong")

    assert one.settings["token"] == again.settings["token"] != SECRET


class Bot:
    """A provider in Python, whose attributes a test replaces."""

    settings = MappingProxyType({"base_url": {"type": "string"}})

    def say(self, message):
        """Nothing is said: only its attributes are read."""


@pytest.mark.parametrize(
    ("attribute", "value", "told"),
    [
        ("secret_headers", "X-Key", "has secret_headers = 'X-Key', expected a list of header"),
        ("keep_headers", "X-Trace", "has keep_headers = 'X-Trace', expected a list of header"),
        ("settings", {"base_url": "string"}, "has settings['base_url'] = 'string', expected a"),
        ("settings", {"base_url": {"tpye": "string"}}, "did you mean 'type'?"),
        ("settings", {"base_url": {}, "key": {"secrt": True}}, "did you mean 'secret'?"),
        ("settings", {"base_url": {}, "key": {"secret": "yes"}}, "expected true or false"),
        ("settings", {"base_url": {}, "key": {"variable": "A-KEY"}}, "the name of a variable"),
        ("settings", {"base_url": {}, "key": {"variable": 3}}, "the name of a variable"),
        ("settings", {"base_url": {}, "key": {"varable": "KEY"}}, "did you mean 'variable'"),
        ("settings", {"base_url": {"type": "string", "default": 1}}, "its default: the value is"),
    ],
)
def test_what_a_class_says_in_vain(attribute, value, told):
    """A class is held to what a definition is held to, so nothing of it is ignored."""
    made = type("Bot", (Bot,), {attribute: value})

    with pytest.raises(DefinitionError) as wrong:
        definition_of_class(made, "bots/bot.py")

    assert told in str(wrong.value)
    assert definition_of_class(Bot, "bots/bot.py").settings["base_url"].schema == {"type": "string"}


TYPES = {
    "a number": ("number", "0.5", 0.5),
    "a whole number": ("integer", "5", 5),
    "true": ("boolean", "True", True),
    "one": ("boolean", "1", True),
    "false": ("boolean", "false", False),
    "zero": ("boolean", "0", False),
    "a text that could be a number": ("[integer, string]", "5", "5"),
}


@pytest.mark.parametrize("case", TYPES)
def test_a_text_of_the_environment_becomes_what_the_setting_wants(case, tmp_path):
    """Numbers, true and false come from the environment as themselves."""
    kind, text, value = TYPES[case]

    found = typed(tmp_path, kind, text).settings["typed"]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text"), [("boolean", "yes"), ("number", "nan"), ("integer", "1.5")]
)
def test_a_text_of_the_environment_that_is_not_of_the_type(kind, text, tmp_path):
    """It stays a text, and is named as one."""
    with pytest.raises(ConfigurationError, match="the setting 'typed'"):
        typed(tmp_path, kind, text)


def typed(tmp_path, kind, text):
    file = tmp_path / "harness.yaml"
    lines = "      base_url: http://a\n      typed: ${env.X}\n"
    file.write_text(f"providers:\n  bot:\n    definition: ours\n    settings:\n{lines}")
    steps = f"  typed: {{type: {kind}}}\n"
    steps += "send:\n  - request: {post: /a, json: '${settings.typed}'}\n"
    return fill_in(read_config(file).providers["bot"], definition(steps), {"X": text})
