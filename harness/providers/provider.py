"""A provider: a definition with the settings of harness.yaml filled in."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harness.config import ProviderConfig
from harness.core.errors import ConfigurationError, Problem, did_you_mean, quote, unseen
from harness.core.typing import Json
from harness.core.values import value_class
from harness.formats.json_schema import compile_schema
from harness.formats.template import TemplateError, UndefinedVariable, compile_template
from harness.formats.yaml import Node
from harness.providers.definition import Definition, Setting
from harness.secrets.secret_forms import SHORTEST

_VARIABLE = re.compile(r"\benv\.(\w+)")
_EXPRESSION = re.compile(r"\$\{[^}]*\}")
_SHELL = re.compile(r"\$[A-Za-z_]\w*|\{\{.*\}\}")
"""A variable as other tools write it."""
_LITERAL = re.compile(r"""(?<!\[)(?:'[^']+'|"[^"]+")""")
"""A text within a template, but not the name in `env['NAME']`."""


BASE_URL = "base_url"
"""The setting that requests go below. It may be a secret, but is no credential."""


@value_class(frozen=True, slots=True, kw_only=True)
class Provider:
    """A chat API that can be talked to."""

    name: str
    definition: Definition
    settings: Mapping[str, Json]
    config: ProviderConfig

    @property
    def secrets(self) -> Mapping[str, str]:
        """Settings that must never be stored or shown, by name; the empty ones left out."""
        settings = self.definition.settings
        found: dict[str, str] = {}
        for name, value in self.settings.items():
            if settings[name].is_secret and value not in (None, ""):
                found |= _address_parts(str(value)) if name == BASE_URL else {name: str(value)}
        return found

    @property
    def short_secrets(self) -> Iterator[Problem]:
        """A warning for each secret setting whose value is too short to be looked for."""
        node = self.config.node.get("settings")
        for name, value in self.secrets.items():
            # Of an address that is a secret, a short path is none.
            if len(value) < SHORTEST and not name.startswith(f"{BASE_URL}."):
                given = node.get(name) if node else None
                yield Problem(
                    code="secret-too-short",
                    message=f"the secret '{name}' has fewer than {SHORTEST} characters,"
                    " so it is not hidden where it is said",
                    where=str((given or self.config.node).place),
                    subject=f"provider {self.name}",
                    hint="so short a text stands in other words by chance; set a longer one",
                )

    @property
    def open_settings(self) -> Mapping[str, Json]:
        """Settings that may be shown and recorded."""
        settings = self.definition.settings
        return {name: v for name, v in self.settings.items() if not settings[name].is_secret}


def _address_parts(url: str) -> dict[str, str]:
    """An address that is a secret, with what else would tell it: its host, and its path."""
    url = url.rstrip("/")
    parts = urlsplit(url)
    found = {BASE_URL: url}
    if parts.hostname:
        host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
        found |= {f"{BASE_URL}.host": host, f"{BASE_URL}.path": parts.path}
        if host != parts.hostname:
            # As it stands in requests.
            found[f"{BASE_URL}.hostname"] = parts.hostname
    return {name: value for name, value in found.items() if value}


def fill_in(
    config: ProviderConfig,
    definition: Definition,
    environment: Mapping[str, str],
    *,
    recorded: Mapping[str, Json] | None = None,
    credentials: str = "valid",
) -> Provider:
    """Fill in a provider's settings.

    In a replay, `recorded` are the open settings of the recording: they stand in for whatever
    harness.yaml takes from the environment, and secrets become their placeholder, so that a
    replay needs no environment and does not depend on it. `credentials` are `valid`, `none`
    (secrets are left out) or `wrong` (made up), for conversations that must be refused.

    Raises `ConfigurationError` with every problem.
    """
    node = config.node.get("settings")
    given = dict(node.items()) if node else {}
    filler = _Filler(config, environment, recorded, credentials)
    settings = {
        name: filler.value(setting, given.get(name))
        for name, setting in definition.settings.items()
    }
    problems = [*_unknown_settings(given, config, definition), *filler.problems]
    if not problems and recorded is None:
        problems += _address_problems(config, settings)
    if filler.has_inline_secret:
        problems = [unseen(problem) for problem in problems]
    if problems:
        raise ConfigurationError(problems)
    return Provider(name=config.name, definition=definition, settings=settings, config=config)


def setting_problems(config: ProviderConfig, definition: Definition) -> Iterator[Problem]:
    """What is wrong with a provider's settings as they are written, in any environment."""
    node = config.node.get("settings")
    given = dict(node.items()) if node else {}
    filler = _Filler(config, None, None, "valid")
    settings = {
        name: filler.value(setting, given.get(name))
        for name, setting in definition.settings.items()
    }
    problems = [*_unknown_settings(given, config, definition), *filler.problems]
    address = given.get("base_url")
    written = _EXPRESSION.sub("1", str(settings["base_url"] or (address and address.value) or ""))
    if "://" in written or settings["base_url"]:
        problems += _address_problems(config, {"base_url": written})
    yield from map(unseen, problems) if filler.has_inline_secret else problems


def _unknown_settings(
    given: Mapping[str, Node], config: ProviderConfig, definition: Definition
) -> Iterator[Problem]:
    for name, value in given.items():
        if name not in definition.settings:
            problem = Problem(
                code="unknown-setting",
                message=f"unknown setting {quote(name)} of definition {definition.name}",
                place=value.key_place,
                subject=f"provider {config.name}",
                hint=did_you_mean(name, definition.settings),
            )
            # It may be a secret whose name is misspelt.
            yield problem if "${" in str(value.value) else unseen(problem)


class _Filler:
    """Fills in one provider's settings and collects what is wrong."""

    def __init__(
        self,
        config: ProviderConfig,
        environment: Mapping[str, str] | None,
        recorded: Mapping[str, Json] | None,
        credentials: str,
    ) -> None:
        """Without an environment, what stands in templates is not looked at."""
        self._config = config
        self._environment = environment
        self._recorded = recorded
        self._credentials = credentials
        self.problems: list[Problem] = []
        self.has_inline_secret = False

    def value(self, setting: Setting, node: Node | None) -> Json:
        if node is None or node.value is None:
            if setting.is_required and self._recorded is None and setting.default is None:
                self._note(
                    "missing-setting",
                    f"the setting '{setting.name}' is missing",
                    self._config.node.get("settings") or self._config.node,
                    f"add '{setting.name}:' below 'settings:'",
                    key=True,
                )
            # A default is the definition's, and no part of what the recording stands in for.
            has_default = setting.default is not None
            return setting.default if has_default else self._from_recording(setting, None)
        text = node.value
        is_reference = isinstance(text, str) and "${" in text
        if setting.is_secret and (not is_reference or _LITERAL.search(str(text))):
            self.has_inline_secret = True
            self._note(
                "inline-secret",
                f"the secret '{setting.name}' is written into the file",
                node,
                f"write ${{env.{setting.name.upper()}}} and set that variable",
            )
            return None
        is_credential = setting.is_secret and setting.name != BASE_URL
        if is_credential and self._credentials != "valid":
            return f"wrong-{setting.name}-3e81c0d57b" if self._credentials == "wrong" else None
        if self._recorded is not None and is_reference:
            if setting.is_secret:
                return f"<redacted:{setting.name}>"
            return self._from_recording(setting, setting.default)
        if self._recorded is None and not is_reference:
            self._require_filled_in(setting, node)
        value = self._render(node) if is_reference else text
        return None if value is None else self._typed(setting, value, node)

    def _require_filled_in(self, setting: Setting, node: Node) -> None:
        """Note a variable that is written so that it would be taken for itself."""
        if isinstance(node.value, str):
            is_meant = setting.name != "base_url" and bool(_SHELL.fullmatch(node.value))
            hint = f"write ${{env.{node.value.strip('${}')}}}"
        else:
            texts = (below.value for below in node.walk() if isinstance(below.value, str))
            is_meant = any("${" in text for text in texts)
            hint = "a setting takes ${env.NAME} as its whole value or in its text"
        if is_meant:
            message = f"the setting '{setting.name}' holds a variable that is not filled in"
            self._note("not-filled-in", message, node, hint)

    def _from_recording(self, setting: Setting, otherwise: Json) -> Json:
        recorded = self._recorded
        if recorded is None or setting.is_secret:
            return otherwise
        return recorded.get(setting.name, otherwise)

    def _render(self, node: Node) -> Json:
        text, environment = str(node.value), self._environment
        if environment is not None and "default(" not in text:
            missing = [name for name in _VARIABLE.findall(text) if not environment.get(name)]
            for name in missing:
                self._note(
                    "missing-variable",
                    f"the environment variable {name} is not set",
                    node,
                    f"export {name}=…, or play offline with --harness-mode replay",
                )
            if missing:
                return None
        try:
            template = compile_template(text, lambda _path: node.place)
            if environment is None and template.names <= {"env"}:
                return None
            return template.render({} if environment is None else {"env": environment})
        except TemplateError as error:
            found = error.problem
            hint = "the environment is read as ${env.NAME}"
            self._note(
                found.code,
                found.message,
                node,
                hint if isinstance(error.fault, UndefinedVariable) else found.hint,
            )
            return None

    def _typed(self, setting: Setting, value: Json, node: Node) -> Json:
        if isinstance(value, str) and setting.schema.get("type") == "integer":
            with contextlib.suppress(ValueError):
                value = int(value)
        schema = compile_schema(dict(setting.schema), name=setting.name)
        if reason := schema.misfit(value):
            shown = "its value is wrong" if setting.is_secret else reason
            self._note("wrong-setting", f"the setting '{setting.name}': {shown}", node)
        return value

    def _note(
        self, code: str, message: str, node: Node, hint: str = "", *, key: bool = False
    ) -> None:
        self.problems.append(
            Problem(
                code=code,
                message=message,
                place=node.key_place if key else node.place,
                subject=f"provider {self._config.name}",
                hint=hint,
            )
        )


def _address_problems(config: ProviderConfig, settings: Mapping[str, Json]) -> list[Problem]:
    url = str(settings.get("base_url") or "")
    message, hint = _address_fault(url)
    if not message:
        return []
    node = config.node.get("settings")
    base_url = node.get("base_url") if node else None
    problem = Problem(
        code="wrong-address",
        message=message,
        place=(base_url or config.node).place,
        subject=f"provider {config.name}",
        hint=hint,
    )
    return [unseen(problem) if "@" in url or "?" in url else problem]


def _address_fault(url: str) -> tuple[str, str]:
    """What is wrong with an address, and a hint; empty where it can be used."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"base_url is no address: {str(error).partition(' as ')[0]}", ""
    found = f"the scheme {parts.scheme}://" if "://" in url else "no scheme"
    faults = (
        (
            parts.scheme not in ("http", "https"),
            f"base_url has {found}, expected http:// or https://",
            "the environment is read as ${env.NAME}" if url.startswith("$") else "",
        ),
        (
            "@" in parts.netloc,
            "base_url holds a user name or password",
            "give credentials as settings",
        ),
        (not parts.hostname, "base_url names no host", ""),
        (any(character.isspace() for character in url), "base_url holds a blank", ""),
        (
            bool(parts.query or parts.fragment),
            "base_url holds a query or fragment",
            "paths are put behind it",
        ),
    )
    return next(((message, hint) for is_so, message, hint in faults if is_so), ("", ""))
