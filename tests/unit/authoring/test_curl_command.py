from __future__ import annotations

from pathlib import Path

import pytest

from harness.authoring.defining.curl_command import sample_from_curl
from harness.authoring.defining.curl_flags import FLAGS, SHORT
from harness.authoring.defining.sample import body_of
from harness.core import ConfigurationError
from harness.providers.step_plans import Encoding

URL = "https://a.example/chat"


def read(command, folder=Path(), **environment):
    return sample_from_curl(command, environment, folder)


def problems_of(command, folder=Path()):
    with pytest.raises(ConfigurationError) as error:
        read(command, folder)
    return [problem.message for problem in error.value.problems]


@pytest.mark.parametrize(
    ("flags", "method", "encoding", "body"),
    [
        ("", "GET", Encoding.NONE, None),
        ("-X DELETE", "DELETE", Encoding.NONE, None),
        ("-XPUT -d a=1 -d b=2", "PUT", Encoding.FORM, {"a": "1", "b": "2"}),
        ("--data-urlencode 'q=a b&c'", "POST", Encoding.FORM, {"q": "a b&c"}),
        ("""-d '{"a": 1}'""", "POST", Encoding.JSON, {"a": 1}),
        ("""--json '{"a":' --json '1}'""", "POST", Encoding.JSON, {"a": 1}),
        ("--data-raw @a -H 'Content-Type: text/plain'", "POST", Encoding.TEXT, "@a"),
        ("-d '<a><b>1</b></a>' -H content-type:text/xml", "POST", Encoding.XML, {"a": {"b": "1"}}),
    ],
    ids=["get", "delete", "form", "urlencode", "json", "json-parts", "text", "xml"],
)
def test_methods_and_bodies(flags, method, encoding, body):
    """The method follows from the flags as in curl; the body is read by its kind."""
    request = read(f"curl {URL} {flags}").request

    assert request.method == method
    assert request.url == URL
    assert body_of(request) == (encoding, body)


def test_headers_of_all_flags():
    """Headers come from `-H` and from the flags that set one."""
    sample = read(f"curl -sSL {URL} -HX-A:1 -H 'X-No;' -b a=b -A me -e {URL} --json '{{}}'")

    assert sample.request.headers == (
        ("X-A", "1"),
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
        ("Cookie", "a=b"),
        ("User-Agent", "me"),
        ("Referer", URL),
    )


@pytest.mark.parametrize(
    "flags",
    ["-G -d a=1 --data-urlencode 'b=x y'", "--url-query a=1 --url-query 'b=x y'"],
)
def test_data_in_the_query(flags):
    """`-G` and `--url-query` put data into the query of the URL."""
    request = read(f"curl '{URL}?c=3' {flags}").request

    assert (request.method, request.url) == ("GET", f"{URL}?c=3&a=1&b=x%20y")


def test_users():
    """`-u` and a user in the URL are basic authentication."""
    assert read(f"curl {URL} -u me:pass").user == "me:pass"
    assert read("curl https://me:p%40ss@a.example/chat").user == "me:p@ss"
    assert read("curl https://me:p%40ss@a.example/chat").request.url == URL


def test_data_from_files(tmp_path):
    """`@` reads a file: without its line breaks for `-d`, as it is for `--data-binary`."""
    (tmp_path / "body.json").write_text('{"a":\n1}\n')

    assert read(f"curl {URL} -d @body.json", tmp_path).request.body == b'{"a":1}'
    raw = read(f"curl {URL} --data-binary @body.json", tmp_path).request.body
    assert raw == b'{"a":\n1}\n'


def test_variables_in_a_url_are_filled_in():
    """A variable outside a header has the value of the environment."""
    assert read("curl https://$HOST/chat", HOST="b.example").request.url == "https://b.example/chat"


def test_keys_of_the_provider():
    """Limits of curl become those of the provider."""
    assert read(f"curl {URL} -m 30 --retry 3").keys == {"timeout": "30s", "retries": 3}


@pytest.mark.parametrize(
    ("flags", "network"),
    [
        ("-k", {"verify": False}),
        ("--cacert ca.pem -x proxy:3128", {"proxy": "http://proxy:3128", "ca": "ca.pem"}),
        ("-E a.pem --key b.pem", {"client_certificate": {"certificate": "a.pem", "key": "b.pem"}}),
    ],
    ids=["insecure", "proxy", "certificate"],
)
def test_the_connection(flags, network):
    """Flags about certificates and proxies are the provider's `network:`."""
    assert read(f"curl {URL} {flags}").keys == {"network": network}


def test_forms_in_parts(tmp_path):
    """`-F` sends fields and files; `<` reads the text of a field from a file."""
    (tmp_path / "a.txt").write_text("hello")
    flags = "-F q=hi -F 'f=@a.txt;type=text/csv;filename=b.csv' -F 't=<a.txt' --form-string s=@a"
    request = read(f"curl {URL} {flags}", tmp_path).request

    assert request.method == "POST"
    assert body_of(request) == (
        Encoding.MULTIPART,
        {
            "q": "hi",
            "f": {"file": "aGVsbG8=", "name": "b.csv", "content_type": "text/csv"},
            "t": "hello",
            "s": "@a",
        },
    )


def test_what_is_left_out_has_a_note():
    """What follows the command, and a flag that harness.yaml cannot express."""
    notes = read(f"curl --noproxy localhost {URL} | jq .").notes

    assert notes == ("'| jq .' after the command is left out", "'--noproxy' is left out")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (f"curl {URL} --haeder a", "curl has no flag '--haeder'"),
        (f"curl {URL} -sP", "curl has no flag '-P' in '-sP'"),
        (f"curl {URL} --no-header a", "curl has no flag '--no-header'"),
        (f"curl {URL} --digest", "the flag '--digest' cannot be part of a definition"),
        (f"curl {URL} -H", "the flag '-H' has no value"),
        ("curl", "it has no URL"),
        ("curl a.example b.example", "it has 2 URLs: 'a.example', 'b.example'"),
        ("wget a.example", "it starts with 'wget', not with 'curl'"),
        ("", "it starts with nothing, not with 'curl'"),
        (f"curl {URL} -d 'a", "a quotation mark ' is not closed"),
        (f"curl {URL} -d @missing", "the file 'missing' cannot be read: No such file or directory"),
        (f"curl {URL} -b jar.txt", "'-b' names a file of cookies"),
        (f"curl {URL} -F q=a -d b", "it has both '-d' and '-F'"),
        (f"curl {URL} -F q", "'q' is not a part of a form"),
        (f"curl {URL} -F 'q=@x;headers=a'", "'headers' of -F cannot be expressed"),
        (f"curl {URL} -x http://me:pass@proxy", "'--proxy' contains a password"),
        (f"curl {URL} --key a.pem", "it has '--key' without '--cert'"),
        ("curl https://$HOST/chat", "the variable 'HOST' is not set"),
    ],
)
def test_faults(command, message):
    """Everything that a definition cannot say is an error."""
    assert message in problems_of(command)


def test_all_faults_at_once():
    """A command with several faults is told all of them."""
    assert len(problems_of("curl --nope --digest -H")) == 4


def test_no_flag_is_left_out_in_silence():
    """Each flag with a value takes the word after it; what it says reaches the sample or a note."""
    shown = {flag.name for flag in FLAGS.values() if flag.takes_value}

    assert {"request", "header", "data", "user", "output"} <= shown
    assert set(SHORT.values()) - {"no-buffer"} <= FLAGS.keys()
