from __future__ import annotations

import hashlib
import hmac

import pytest

from harness.formats.template import TemplateError, compile_template
from harness.formats.template.hashes import ALGORITHMS, NOTE
from harness.formats.template.times import now_function, seconds_of

AT = 1_772_443_800.123
"""2026-03-02T09:30:00.123+00:00."""


def render(template, **names):
    context = {"now": now_function(lambda: AT), **names}
    return compile_template(template).render(context)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${now()}", "2026-03-02T09:30:00+00:00"),
        ("${now(days=1, hours=-2)}", "2026-03-03T07:30:00+00:00"),
        ("${now(weeks=1, minutes=0.5, milliseconds=-123)}", "2026-03-09T09:30:30+00:00"),
        ("${now('iso')}", "2026-03-02T09:30:00.123+00:00"),
        ("${now('epoch')}", 1_772_443_800),
        ("${now('epoch_ms')}", 1_772_443_800_123),
        ("${now('epoch', seconds=90)}", 1_772_443_890),
        ("at ${now('%a, %d %b %Y %H:%M:%S GMT')}", "at Mon, 02 Mar 2026 09:30:00 GMT"),
        ("${now() | date('%Y-%m-%d')}", "2026-03-02"),
        ("${now() | date('epoch')}", 1_772_443_800),
        ("${1772443800 | date}", "2026-03-02T09:30:00+00:00"),
        ("${'2026-03-02T10:30:00+01:00' | date('epoch')}", 1_772_443_800),
        ("${'2026-03-02T09:30:00' | date('%H %%')}", "09 %"),
        ("${none | date('%Y')}", None),
    ],
)
def test_times(text, value):
    """A time can be moved, and written as a text or as a number."""
    assert render(text) == value


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("${now(day=1)}", "now() has no argument 'day'", "did you mean 'days'?"),
        ("${now(days='1')}", "'days' is a text, expected a number", ""),
        ("${now(days=true)}", "'days' is true or false, expected a number", ""),
        ("${now(days=1e9)}", "the time is not in the years 1 to 9999", ""),
        ("${now('%-d')}", "'%-' is not a part of the format of a time", "known: %a"),
        ("${now('%99999999d')}", "'%9' is not a part of the format of a time", "known: %a"),
        ("${now('%')}", "'%' is not a part of the format of a time", "known: %a"),
        ("${now('epcoh')}", "'epcoh' is not the format of a time", "did you mean 'epoch'?"),
        ("${'soon' | date('%Y')}", "'soon' is not a time", "it needs an ISO 8601 text"),
        ("${[1] | date('%Y')}", "[1] is not a time", "it needs an ISO 8601 text"),
        ("${1e99 | date('%Y')}", "1e+99 is not a time", "it needs an ISO 8601 text"),
    ],
)
def test_times_that_are_written_wrong(text, message, hint):
    """What is wrong is told, with what to write."""
    with pytest.raises(TemplateError) as wrong:
        render(text)

    assert message in wrong.value.problem.message
    assert wrong.value.problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("text", "seconds"), [("2026-03-02T09:30:00+00:00", 1_772_443_800), ("", 0), ("x", 0)]
)
def test_seconds_of_a_text(text, seconds):
    """Of a text that is not a time there is no second."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("text", ["", "Grüße", "\udc80\udcff"], ids=["empty", "text", "bytes"])
def test_hashes(name, text):
    """A hash is over the bytes of the text, and so is an HMAC."""
    content = text.encode("utf-8", "surrogateescape")
    plain = hashlib.new(name, content)

    assert render(f"${{text | {name}}}", text=text) == plain.hexdigest()
    assert (
        render(f"${{text | hmac_{name}('k')}}", text=text)
        == hmac.new(b"k", content, name).hexdigest()
    )
    assert render(f"${{none | {name}}}") is None


def test_how_hashes_and_keys_are_written():
    """Both may be hexadecimal or base64."""
    signed = hmac.new(b"\xfb\xff", b"a", "sha1")

    assert render("${'a' | sha1('base64')}") == "hvfkN/qlp/zhXR3cuerq6jd2Z7g="
    assert render("${'a' | sha1(encoding='base64url')}") == "hvfkN_qlp_zhXR3cuerq6jd2Z7g"
    for key, kind in (("fbff", "hex"), ("+/8=", "base64"), ("-_8", "base64")):
        text = f"${{'a' | hmac_sha1('{key}', key_encoding='{kind}')}}"
        assert render(text) == signed.hexdigest()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${'a' | hmac('k')}", "unknown filter 'hmac'"),
        ("${'a' | sha265}", "unknown filter 'sha265'"),
        ("${'a' | sha256('hxe')}", "encoding 'hxe' does not exist"),
        ("${'a' | hmac_sha1('k', key_encoding='bytes')}", "key_encoding 'bytes' does not exist"),
        ("${'a' | hmac_sha1('zz', key_encoding='hex')}", "the key is not hex"),
        ("${'a' | hmac_sha1}", "cannot be evaluated"),
        ("${missing | sha1}", "no variable 'missing'"),
    ],
)
def test_hashes_that_are_written_wrong(text, message):
    """What is wrong is told."""
    with pytest.raises(TemplateError) as wrong:
        render(text)

    assert message in wrong.value.problem.message


def test_what_a_hash_was_made_of_is_noted():
    """Whoever fills in a template learns of each hash and its texts, in their order."""
    noted = []
    note = {NOTE: lambda texts, digest: noted.append((texts, digest))}

    value = render("${('a' | md5) | hmac_md5('k')}", **note)

    assert [texts for texts, _ in noted] == [["a"], [hashlib.md5(b"a").hexdigest(), "k"]]  # noqa: S324  # as asked for
    assert noted[1][1] == value
