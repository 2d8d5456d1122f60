from __future__ import annotations

import base64
import gzip
from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.secrets.secret_names import COOKIES, HEADERS, KEYS, PROJECTS

ROOT = Path(__file__).resolve().parents[2]
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r"
BASIC = base64.b64encode(b"aladdin:opensesame1").decode()
PLANTED = {
    "aws": ("AWS access key", "AKIA" + "IOSFODNN7EXAMPLE"),
    "github": ("GitHub token", "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"),
    "gitlab": ("GitLab token", "glpat-" + "AbCdEfGh1234567890ab"),
    "slack": ("Slack token", "xoxb-" + "123456789012-abcdefghij"),
    "google": ("Google API key", "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"),
    "stripe": ("Stripe key", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"),
    "jwt": ("JSON web token", JWT),
}


def scan(*arguments: object):
    """`harness cassettes scan …`."""
    return CliRunner().invoke(app, ["cassettes", "scan", *map(str, arguments)])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("kind", "value"), PLANTED.values(), ids=PLANTED)
def test_a_token_is_known_by_its_shape(tmp_path, kind, value):
    """The line, the kind, two characters and the length are told, and never the value."""
    (tmp_path / "a.txt").write_text(f"first\nsecond {value} end\n")

    result = scan("a.txt")

    assert result.exit_code == 1
    assert result.output == (
        f"a.txt:2: {kind}, '{value[:2]}…', {len(value)} characters [secret-found]\n"
        "1 file, 1 secret\n"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Authorization: Bearer abcDEF0123456789xyz", "Bearer credentials"),
        (f"Authorization:\n      - Basic {BASIC}", "Basic credentials"),
        (f"authorization: Basic {BASIC}", "Basic credentials"),
        ("Authorization:\n- Token 0a1b2c3d4e5f6a7b8c9d", "authorization"),
        ("X-Api-Key:\n      - 0a1b2c3d4e5f6a7b", "value under a secret's name"),
        ('{"access_token": "0a1b2c3d4e5f6a7b"}', "value under a secret's name"),
        ('{\\"client_secret\\": \\"0a1b2c3d4e5f6a7b\\"}', "value under a secret's name"),
        ("grant=x&password=0a1b2c3d4e5f6a7b", "value under a secret's name"),
        ("Set-Cookie:\n- session=0a1b2c3d4e5f6a7b; Path=/", "cookie"),
        ("postgres://admin:0pen5esame@db.example/x", "password in a URL"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII", "private key"),
    ],
)
def test_credentials_are_known_by_where_they_stand(tmp_path, text, kind):
    """Headers of a cassette, JSON, JSON inside a text, forms and URLs are all looked at."""
    (tmp_path / "a.txt").write_text(text)

    result = scan("a.txt")

    assert kind in result.output
    assert result.exit_code == 1


TOKEN = "Ab12Cd34Ef56Gh78"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"chatToken": "{TOKEN}"}}',
        f'{{\\"rotated_token\\": \\"{TOKEN}\\"}}',
        f"<ChatToken>{TOKEN}</ChatToken>",
        f"chat_token={TOKEN}&x=1",
        f'{{"userTokens": 1, "user.token": ["{TOKEN}"]}}',
    ],
)
def test_a_random_value_under_the_name_of_a_token(tmp_path, text):
    """A token that a server gives, and that no step captures, is in the recording as it was."""
    (tmp_path / "a.txt").write_text(text)

    assert scan("a.txt").output == (
        "a.txt:1: value under the name of a token, 'Ab…', 16 characters [secret-found]\n"
        "1 file, 1 secret\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        f'{{"nextPageToken": "{TOKEN}", "sync_token": "{TOKEN}", "stop_token": "{TOKEN}"}}',
        '{"chatToken": "conversation-2024-01-02"}',
        '{"chat_token": "Hello there, 12 of you 3 times"}',
        '{"total_tokens": 1234567890123456789, "token_type": "bearer"}',
        '{"chatToken": "<redacted:token>"}',
    ],
)
def test_what_is_not_a_token(tmp_path, text):
    """Tokens of pages and of language models, words, and what is hidden already."""
    (tmp_path / "a.txt").write_text(text)

    assert scan("a.txt").output == "1 file, 0 secrets\n"


FIRST, SECOND = "0a1b2c3d4e5f6a7b", "b7a6f5e4d3c2b1a0"


@pytest.mark.parametrize(
    "text",
    [
        f"Set-Cookie:\n      - a={FIRST}; Path=/\n      - b={SECOND}; Path=/",
        f"Set-Cookie:\n- a={FIRST}; Path=/;\n  HttpOnly\n- b={SECOND}; Path=/",
        f"Set-Cookie:\r\n- a={FIRST}; Path=/\r\n- b={SECOND}; Path=/\r\n",
        f'"Set-Cookie": ["a={FIRST}; Path=/", "b={SECOND}; Path=/"]',
        f'"set-cookie": [\n  "a={FIRST}",\n  "b={SECOND}"\n]',
        f"Set-Cookie: [a={FIRST}; Path=/, 'b={SECOND}; Path=/']",
        f"Set-Cookie: a={FIRST}; Path=/\r\nSet-Cookie: b={SECOND}; Path=/\r\n",
        f"set-cookie: a={FIRST}; Expires=Wed, 01 Jan 2031 00:00:00 GMT, b={SECOND}; Path=/",
        f"Cookie:\n- a={FIRST}; lang=en; b={SECOND}",
        f"cookie: a={FIRST}; b={SECOND}",
        f"cookie: a={FIRST};b={SECOND}",
        f'{{"cookie": "a={FIRST}; b={SECOND}"}}',
        f'{{\\"cookie\\": \\"a={FIRST}; b={SECOND}\\"}}',
        f"{{'cookie': 'a={FIRST}; b={SECOND}'}}",
        f'"log: \\r\\ncookie: a={FIRST}; b={SECOND}\\r\\n"',
        f'{{"name": "Cookie", "value": "a={FIRST}; b={SECOND}"}}',
        f"X-Api-Key:\n- {FIRST}\n- {SECOND}",
        f'"X-Auth-Token": ["{FIRST}", "{SECOND}"]',
        f"Authorization:\n- Bearer {FIRST}\n- Token {SECOND}",
        f"X-Amz-Security-Token:\n- {FIRST}\nX-Vault-Token:\n- {SECOND}",
    ],
    ids=lambda text: "B3-" + text[:40],
)
def test_b3_every_value_of_a_header_is_looked_at(tmp_path, text):
    """Later cookies, later values and later pairs, in YAML, JSON, HAR, logs and requests."""
    (tmp_path / "a.txt").write_text(text, newline="")

    result = scan("a.txt")

    assert result.output.endswith("1 file, 2 secrets\n"), result.output


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"uri: https://x.example/v1/models?key=AIza{FIRST}", "key in a URL"),
        (f"uri: https://x.example/a.png?se=1&sig={FIRST}%2B", "key in a URL"),
        (f"https://x.example/a?X-Amz-Signature={FIRST}&x=1", "value under a secret's name"),
        (f"https://x.example/a?X-Amz-Security-Token={FIRST}", "value under a secret's name"),
        ("openai-organization:\n- acme-labs", "organization or project id"),
        ("OpenAI-Project:\n- proj_abc", "organization or project id"),
        ("no such organization: org-Ab1Cd2Ef3Gh4Ij5K", "organization or project id"),
        ("project proj_Ab1Cd2Ef3Gh4Ij5K", "organization or project id"),
        (
            f"Authorization:\n- AWS4-HMAC-SHA256 Credential=x/y, Signature={FIRST}",
            "authorization",
        ),
        (f"<password>{FIRST}</password>", "value under a secret's name"),
        (f'name="password"\r\n\r\n{FIRST}\r\n', "value under a secret's name"),
        (f'name=\\"password\\"\\r\\n\\r\\n{FIRST}\\r\\n', "value under a secret's name"),
        *(
            (f"{name}:\n- {FIRST}", "value under a secret's name")
            for name in sorted(HEADERS - COOKIES - PROJECTS)
            if not name.endswith("authorization")
        ),
        *(
            (f'{{"{name}": "{FIRST}"}}', "value under a secret's name")
            for name in sorted(KEYS)
            if name != "authorization"
        ),
    ],
    ids=lambda one: "B3-" + one[:30],
)
def test_b3_the_names_of_the_redactor_are_known(tmp_path, text, kind):
    """What the redactor hides by name is found by name; accounts and keys in URLs too."""
    (tmp_path / "a.txt").write_text(text, newline="")

    result = scan("a.txt")

    assert f": {kind}, '" in result.output


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer <redacted:authorization>",
        "Authorization:\n- AWS4-HMAC-SHA256",
        "Authorization: AWS4-HMAC-SHA256 Credential=<redacted:authorization>",
        "Authorization: SCRAM-SHA-256",
        "Set-Cookie: a=1; Domain=api-01.shop.example; Expires=Wed, 01 Jan 2031 00:00:00 GMT",
        "https://x.example/?key=a-word-of-an-ordinary-kind",
        "openai-organization:\n- <redacted:openai-organization>",
        "X-Next-Page-Token:\n- 0a1b2c3d4e5f6a7b",
        "Authorization: Token ${settings.token}",
        "Authorization:\n- <redacted:authorization>",
        "The bearer of this letter2 may enter",
        "basic knowledge of baseball",
        '{"max_tokens": 4096, "token_type": "bearer"}',
        "https://user:${env.PASSWORD}@example.com",
        "https://user:<redacted:password>@example.com",
        "http://127.0.0.1:8702/a@b",
        "X-Api-Key:\n- <redacted:x-api-key>",
        "set-cookie:\n- XSRF-TOKEN=<redacted:set-cookie>; Path=/; Max-Age=3600",
        '{"password": ""}',
        "5f0c3f62-3f4e-4c0b-9d43-0a6c6f1b7e21",
    ],
)
def test_placeholders_and_prose_are_no_secrets(tmp_path, text):
    """What was redacted, is filled in later, or only sounds like a secret is let through."""
    (tmp_path / "a.txt").write_text(text)

    result = scan("a.txt")

    assert (result.exit_code, result.output) == (0, "1 file, 0 secrets\n")


@pytest.mark.parametrize(
    "hidden",
    [
        quote("token=" + PLANTED["github"][1], safe=""),
        base64.b64encode(f"my token is {PLANTED['github'][1]}, keep it".encode()).decode(),
        base64.encodebytes(f"{'lorem ipsum ' * 9}{PLANTED['github'][1]}".encode()).decode(),
        quote("https://user:0pen5esame@example.com", safe=""),
    ],
    ids=["percent", "base64", "base64-over-lines", "url"],
)
def test_an_encoding_hides_nothing(tmp_path, hidden):
    """Percent-encoded text and base64, also over several lines, is decoded."""
    (tmp_path / "a.txt").write_text(f"x\n{hidden}\n")

    result = scan("a.txt")

    assert result.exit_code == 1
    assert "a.txt:2: " in result.output


def test_a_compressed_file_is_unpacked(tmp_path):
    """Other tools keep cassettes compressed."""
    (tmp_path / "a.yaml.gz").write_bytes(gzip.compress(PLANTED["jwt"][1].encode()))

    result = scan("a.yaml.gz")

    assert "a.yaml.gz:1: JSON web token" in result.output


def test_folders_are_searched(tmp_path):
    """All files below a folder are looked at, journals and hidden ones too."""
    (tmp_path / "cassettes/shop").mkdir(parents=True)
    (tmp_path / "cassettes/shop/.a.yaml.journal").write_text(PLANTED["aws"][1])
    (tmp_path / "cassettes/b.yaml").write_text("version: 1")

    result = scan("cassettes")

    assert result.output.startswith("cassettes/shop/.a.yaml.journal:1: AWS access key")
    assert result.output.endswith("2 files, 1 secret\n")


@pytest.mark.parametrize(
    "written",
    [
        "fl4t-and-plain",
        quote("fl4t-and-plain").replace("-", "%2D"),
        base64.b64encode(b"user:fl4t-and-plain").decode(),
        "fl4t\\u002dand-plain",
    ],
    ids=["raw", "percent", "base64", "escaped"],
)
def test_secrets_of_the_project_are_known_by_value(here, monkeypatch, written):
    """The secret settings that the environment holds are found in every encoding."""
    monkeypatch.setenv("ECHO_API_KEY", "fl4t-and-plain")
    (here.folder / "notes.txt").write_text(f"a\nb\nc {written} d\ne\n")

    result = here.call("scan", "notes.txt")

    assert result.exit_code == 1
    assert "notes.txt:3: echo.api_key, 'fl…', 14 characters [secret-found]\n" in result.output
    assert "fl4t-and-plain" not in result.output


def test_a_short_secret_shows_nothing(here, monkeypatch):
    """Two characters of six would be a third of it."""
    monkeypatch.setenv("ECHO_API_KEY", "s3cr3t")
    (here.folder / "notes.txt").write_text("it is s3cr3t")

    result = here.call("scan", "notes.txt")

    assert "notes.txt:1: echo.api_key, 6 characters [secret-found]\n" in result.output


def test_our_own_recordings_are_clean(monkeypatch):
    """No committed cassette holds what looks like a secret."""
    monkeypatch.chdir(ROOT)

    result = scan("cassettes")

    assert result.exit_code == 0, result.output
