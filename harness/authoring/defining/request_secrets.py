"""The secrets of a sample request, and the settings that take their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote as percent_encode
from urllib.parse import unquote, urlsplit

from harness.authoring.defining.guesses import texts_of
from harness.authoring.defining.sample import (
    BODY,
    HEADER,
    PATH,
    QUERY,
    Place,
    SampleRequest,
    body_of,
    query_of,
    scheme_of,
)
from harness.authoring.defining.secret_likelihood import is_likely_credential
from harness.authoring.defining.shell_words import VARIABLE
from harness.core import ConfigurationError, Json, Path, Problem, did_you_mean, quote
from harness.formats.template import literal
from harness.providers.setting import VARIABLE_NAME
from harness.providers.step_plans import Encoding
from harness.secrets.secret_names import QUERY_KEYS, is_secret_header, is_secret_key
from harness.secrets.secret_shapes import shapes_in

WHERE = "--secret"
USER = "user"
"""The place of a password; the others are those of `sample.Place`."""

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
    def where(self) -> Place:
        """Where it is in the request."""
        return self.place, self.path or (self.name.lower(),)

    def has_name(self, name: str) -> bool:
        """Whether it has this name, in upper or lower case."""
        return self.name.lower() == name.lower()

    def is_that_of(self, other: RequestSecret) -> bool:
        """Whether another request has the same secret in a place of the same name."""
        mine = (self.place, self.name.lower(), self.before, self.value)
        theirs = (other.place, other.name.lower(), other.before, other.value)
        return mine == theirs

    @property
    def template(self) -> str:
        """What the definition sends in its place."""
        if self.place == USER:
            return f"Basic ${{settings.username | basic_auth(settings.{self.setting})}}"
        before = percent_encode(self.before) if self.place == PATH else self.before
        return f"{before.replace('${', '$${')}${{settings.{self.setting}}}"


def secrets_of(
    samples: Sequence[SampleRequest],
    provider: str,
    named: Sequence[str],
    environment: Mapping[str, str],
) -> tuple[tuple[RequestSecret, ...], ...]:
    """The secrets of each request: those with the name or the shape of one, and the named ones.

    `named` are texts `NAME=VARIABLE`. Raises `ConfigurationError` for a name that is in none of the
    requests.
    """
    variables = dict(map(_named, named))
    unknown = {*variables}
    found: list[tuple[RequestSecret, ...]] = []
    for sample in samples:
        earlier = [secret for some in found for secret in some]
        found.append(tuple(_of_one(sample, provider, variables, environment, earlier)))
        unknown -= {name for name in variables for one in found[-1] if one.has_name(name)}
    for name in sorted(unknown):
        known = [secret.name for sample in samples for secret, _ in values_of(sample, environment)]
        raise _fault(f"the request has no value named {quote(name)}", did_you_mean(name, known))
    return tuple(found)


def _of_one(
    sample: SampleRequest,
    provider: str,
    variables: Mapping[str, str],
    environment: Mapping[str, str],
    earlier: Sequence[RequestSecret],
) -> Iterator[RequestSecret]:
    """The secrets of one request. One that an `earlier` request has, too, is the same setting."""
    left, used = dict(variables), [one.setting for one in earlier]
    for secret, is_likely in values_of(sample, environment):
        key = next(filter(secret.has_name, left), "")
        if not is_likely and not key:
            continue
        same = next(filter(secret.is_that_of, earlier), None)
        if same is not None:
            yield replace(secret, setting=same.setting, variable=same.variable)
            continue
        setting = _unused(secret.setting, used)
        used.append(setting)
        usual = secret.variable or usual_variable(provider, setting)
        yield replace(secret, setting=setting, variable=left.pop(key) if key else usual)


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


def values_of(
    sample: SampleRequest, environment: Mapping[str, str]
) -> Iterator[tuple[RequestSecret, bool]]:
    """Every value that could be a secret, and whether it has the name or the shape of one."""
    values = _all_values(sample, environment)
    return ((secret, is_likely) for secret, is_likely in values if secret.where not in sample.taken)


def _all_values(
    sample: SampleRequest, environment: Mapping[str, str]
) -> Iterator[tuple[RequestSecret, bool]]:
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
    before = scheme_of(name, value)
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
    if sample.user or (sample.opening is not None and sample.opening.sample.user):
        settings["username"] = {"type": "string", "required": True}
    for secret in secrets:
        settings[secret.setting] = {"type": "string", "secret": True}
    return settings
