"""The secrets of a sample request, and the settings that take their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote as percent_encode
from urllib.parse import unquote, urlsplit

from harness.authoring.defining.guesses import texts_of
from harness.authoring.defining.sample import SampleRequest, body_of, query_of
from harness.authoring.defining.secret_likelihood import is_likely_credential, looks_random
from harness.authoring.defining.shell_words import VARIABLE
from harness.core import ConfigurationError, Json, Path, Problem, did_you_mean, quote
from harness.formats.template import literal
from harness.providers.conversation_paths import PathPart, conversation_in
from harness.providers.definition import Encoding
from harness.providers.setting import VARIABLE_NAME
from harness.secrets.secret_names import QUERY_KEYS, is_secret_header, is_secret_key
from harness.secrets.secret_shapes import shapes_in

WHERE = "--secret"
HEADER, PATH, QUERY, BODY, USER = "header", "path", "query", "body", "user"
"""The places of secrets in a request."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9-]*) +(?=\S)")
"""The scheme of an `Authorization` header. Source: RFC 9110, 11.4."""
SHOWN = 4
"""Characters of a value that a note shows."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSecret:
    """A value that becomes a setting."""

    place: str
    """`HEADER`, `PATH`, `QUERY`, `BODY` or `USER`."""
    name: str
    """Of the header, parameter or key."""
    path: Path = ()
    """In the body or the query; of the path of a URL, the number of the segment."""
    value: str
    """Empty if it is a shell variable that is not set."""
    before: str = ""
    """What stays of the value, such as `Bearer `."""
    setting: str
    variable: str
    """The environment variable that holds it."""

    @property
    def template(self) -> str:
        """What the definition sends in its place."""
        if self.place == USER:
            return f"Basic ${{settings.username | basic_auth(settings.{self.setting})}}"
        before = percent_encode(self.before) if self.place == PATH else self.before
        return f"{before.replace('${', '$${')}${{settings.{self.setting}}}"


def secrets_of(
    sample: SampleRequest, provider: str, named: Sequence[str], environment: Mapping[str, str]
) -> tuple[RequestSecret, ...]:
    """The secrets of a request: those with the name or the shape of one, and the named ones.

    `named` are texts `NAME=VARIABLE`. Raises `ConfigurationError` for a name that is not in the
    request.
    """
    variables = dict(map(_named, named))
    found: list[RequestSecret] = []
    for secret, is_likely in _values(sample, environment):
        key = next((name for name in variables if name.lower() == secret.name.lower()), "")
        if not is_likely and not key:
            continue
        setting = _unused(secret.setting, [one.setting for one in found])
        usual = secret.variable or usual_variable(provider, setting)
        variable = variables.pop(key) if key else usual
        found.append(replace(secret, setting=setting, variable=variable))
    for name in variables:
        known = [secret.name for secret, _ in _values(sample, environment)]
        raise _fault(f"the request has no value named {quote(name)}", did_you_mean(name, known))
    return tuple(found)


def usual_variable(provider: str, setting: str) -> str:
    """The environment variable of a setting, if nobody names another one."""
    name = f"{provider}_{setting}".upper().replace("-", "_")
    return name if is_variable(name) else f"PROVIDER_{name}"


def is_variable(text: str) -> bool:
    """Whether a text can be the name of an environment variable."""
    return bool(VARIABLE_NAME.fullmatch(text))


def _named(text: str) -> tuple[str, str]:
    name, _, variable = text.rpartition("=")
    if not name:
        raise _fault(
            f"{quote(text)} is not a name with its variable", "write --secret X-Api-Key=SHOP_KEY"
        )
    return name, require_variable(variable, name)


def require_variable(text: str, name: str) -> str:
    """The name of an environment variable. Raises `ConfigurationError` for another text."""
    if not is_variable(text):
        message = f"{quote(text)} is not the name of an environment variable"
        raise _fault(message, f"write --secret '{name}=SHOP_KEY'")
    return text


def _fault(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Problem(code="wrong-secret", message=message, where=WHERE, hint=hint))


def _values(
    sample: SampleRequest, environment: Mapping[str, str]
) -> Iterator[tuple[RequestSecret, bool]]:
    """Every value that could be a secret, and whether it has the name or the shape of one."""
    for name, value in sample.request.headers:
        yield _of_header(name, value, environment)
    if sample.user:
        name, _, password = sample.user.partition(":")
        variable = VARIABLE.fullmatch(password)
        value = environment.get(variable[1], "") if variable else password
        yield (
            RequestSecret(
                place=USER,
                name="password",
                value=value,
                setting="password",
                variable=variable[1] if variable else "",
            ),
            True,
        )
    yield from _in_path(urlsplit(sample.request.url).path)
    encoding, body = body_of(sample.request)
    query = query_of(sample.request)
    for place, fields in ((QUERY, query), (BODY, body)):
        for found in texts_of(fields):
            if encoding is Encoding.MULTIPART and found.path[-2:-1] and found.path[-1] == "file":
                # The content of a file, in base64: with a secret in it, nothing is written.
                continue
            name = next((step for step in reversed(found.path) if isinstance(step, str)), "")
            is_named = is_secret_key(name) or (place == QUERY and name.lower() in QUERY_KEYS)
            if name and isinstance(found.path[-1], int) and " " not in found.text:
                # A list of tokens.
                is_named |= is_secret_key(name.removesuffix("s"))
            secret = RequestSecret(
                place=place,
                name=name,
                path=found.path,
                value=found.text,
                setting=_setting(name),
                variable="",
            )
            yield secret, bool(found.text) and (is_named or bool(shapes_in(found.text)))


def _of_header(name: str, value: str, environment: Mapping[str, str]) -> tuple[RequestSecret, bool]:
    scheme = _SCHEME.match(value) if name.lower().endswith("authorization") else None
    before = scheme[0] if scheme else ""
    rest = value.removeprefix(before)
    variable = VARIABLE.search(rest)
    if variable:
        before, rest = before + rest[: variable.start()], environment.get(variable[1], "")
    is_bearer = before.strip().lower() in ("bearer", "token")
    secret = RequestSecret(
        place=HEADER,
        name=name,
        value=rest,
        before=before,
        setting="token" if is_bearer else _setting(name),
        variable=variable[1] if variable else "",
    )
    is_named = is_secret_header(name) or is_likely_credential(name, rest)
    is_likely = is_named or bool(variable) or bool(shapes_in(f"{name}: {value}"))
    return secret, is_likely


def _in_path(path: str) -> Iterator[tuple[RequestSecret, bool]]:
    """The segments of a URL's path, numbered from 1: some APIs have a key there."""
    for number, segment in enumerate(path.split("/")[1:], 1):
        text = unquote(segment)
        shape = next(iter(shapes_in(text)), None)
        start = shape.start if shape is not None and text.endswith(shape.value) else 0
        secret = RequestSecret(
            place=PATH,
            name=f"path[{number}]",
            path=(number,),
            value=text[start:],
            before=text[:start],
            setting=f"path_{number}",
            variable="",
        )
        yield secret, shape is not None


def path_with(path: str, instead: Mapping[Path, str]) -> str:
    """The template of a URL's path, with texts in place of the segments with these numbers."""
    segments = (path or "/").split("/")
    return "/".join(
        instead.get((number,), str(literal(segment))) for number, segment in enumerate(segments)
    )


def doubtful_values(
    sample: SampleRequest, secrets: Sequence[RequestSecret], environment: Mapping[str, str]
) -> Iterator[str]:
    """Notes on values that stay in the definition and look as if they were drawn at random."""
    taken = {(secret.place, secret.name, secret.path) for secret in secrets}
    for secret, _ in _values(sample, environment):
        is_taken = (secret.place, secret.name, secret.path) in taken
        if is_taken or not secret.name or not looks_random(secret.value):
            continue
        start = secret.value[:SHOWN]
        yield (
            f"{secret.name} is '{start}…' in the definition; if it is a secret, remove the files"
            f" and add --secret '{secret.name}=VARIABLE'"
        )


def written_conversation(
    sample: SampleRequest, secrets: Sequence[RequestSecret]
) -> PathPart | None:
    """The part of the path that stays in the definition, and looks like a conversation's id."""
    part = conversation_in(urlsplit(sample.request.url).path)
    is_taken = part is not None and any(
        s.place == PATH and s.path == (part.number,) for s in secrets
    )
    return None if is_taken else part


def _setting(name: str) -> str:
    """The name of a setting: `api_key` of `X-Api-Key`."""
    plain = _NO_LETTER.sub("_", name.lower()).strip("_").removeprefix("x_")
    return plain if plain and plain[0].isalpha() else f"value_{plain}"


def _unused(name: str, used: Sequence[str]) -> str:
    taken = {"base_url", "username", *used}
    return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 99))) if n not in taken)


def filled(text: str, environment: Mapping[str, str]) -> str:
    """A text with the values of its shell variables.

    Raises `ConfigurationError` for a variable that is not set.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in environment:
            raise _fault(f"the variable '{match[1]}' is not set", "set it to use --live")
        return environment[match[1]]

    return VARIABLE.sub(value, text)


def settings_of(sample: SampleRequest, secrets: Sequence[RequestSecret]) -> dict[str, Json]:
    """The settings of the definition, apart from `base_url`."""
    settings: dict[str, Json] = {}
    if sample.user:
        settings["username"] = {"type": "string", "required": True}
    for secret in secrets:
        settings[secret.setting] = {"type": "string", "secret": True}
    return settings
