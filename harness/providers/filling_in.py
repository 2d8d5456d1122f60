"""Fills in the settings of a provider, and finds their problems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from harness.config import ProviderConfig
from harness.config.env_file import missing_variable
from harness.core import ConfigurationError, Json, Problem, did_you_mean, quote, unseen
from harness.formats.json_schema import compile_schema
from harness.formats.template import TemplateError, UndefinedVariable, compile_template
from harness.formats.yaml import Node
from harness.providers.definition import Definition, Setting
from harness.providers.entry_problems import address_problems, prices_without_usage
from harness.providers.provider import BASE_URL, VARIABLE, Provider
from harness.providers.setting import LITERAL, as_type
from harness.transport.network import DIRECT, Network

_EXPRESSION = re.compile(r"\$\{[^}]*\}")
_SHELL = re.compile(r"\$[A-Za-z_]\w*|\{\{.*\}\}")
"""A variable as other tools write it."""


def fill_in(
    config: ProviderConfig,
    definition: Definition,
    environment: Mapping[str, str],
    *,
    recorded: Mapping[str, Json] | None = None,
    credentials: str = "valid",
) -> Provider:
    """Fill in a provider's settings.

    In a replay, `recorded` are the open settings of the recording. They replace the values that
    harness.yaml takes from the environment, and secrets become placeholders, so that a replay does
    not depend on the environment. `credentials` are `valid`, `none` (secrets are left out) or
    `wrong` (secrets are made up), for conversations that must be refused.

    Raises `ConfigurationError` with all problems.
    """
    filler = _Filler(config, definition, environment, recorded, credentials)
    settings = filler.settings()
    network = filler.network() if recorded is None else DIRECT
    problems = [*filler.problems, *prices_without_usage(config, definition)]
    if not problems and recorded is None:
        problems += address_problems(config, settings)
    if problems:
        raise ConfigurationError(filler.shown(problems))
    return Provider(
        name=config.name,
        definition=definition,
        settings=settings,
        config=config,
        network=network,
    )


def settings_now(
    config: ProviderConfig, definition: Definition, environment: Mapping[str, str]
) -> Mapping[str, Json]:
    """The open settings as files and environment give them now; see `Provider.open_settings`.

    Those whose variables are not set are left out.
    """
    filler = _Filler(config, definition, environment, None, "valid")
    return {
        name: value
        for name, value in filler.settings().items()
        if not definition.settings[name].is_secret and not (value is None and name in filler.given)
    }


def network_problems(
    config: ProviderConfig, definition: Definition, environment: Mapping[str, str]
) -> Sequence[Problem]:
    """The problems of a provider's `network:`, as far as the environment has its variables."""
    if config.network is None:
        return ()
    filler = _Filler(config, definition, environment, None, "valid")
    filler.network()
    problems = [problem for problem in filler.problems if problem.code != "missing-variable"]
    return filler.shown(problems)


def setting_problems(config: ProviderConfig, definition: Definition) -> Sequence[Problem]:
    """The problems of a provider's settings that do not depend on the environment."""
    filler = _Filler(config, definition, None, None, "valid")
    filled, address = filler.settings()[BASE_URL], filler.given.get(BASE_URL)
    written = _EXPRESSION.sub("1", str(filled or (address and address.value) or ""))
    problems = [*filler.problems, *prices_without_usage(config, definition)]
    if "://" in written or filled:
        problems += address_problems(config, {BASE_URL: written})
    return filler.shown(problems)


class _Filler:
    """Fills in one provider's settings, and collects their problems."""

    def __init__(
        self,
        config: ProviderConfig,
        definition: Definition,
        environment: Mapping[str, str] | None,
        recorded: Mapping[str, Json] | None,
        credentials: str,
    ) -> None:
        """Without an environment, templates are not filled in."""
        self._config = config
        self._definition = definition
        self._environment = environment
        self._recorded = recorded
        self._credentials = credentials
        self.given = dict(config.node.entries("settings"))
        self.problems: list[Problem] = []
        self._has_inline_secret = False

    def settings(self) -> dict[str, Json]:
        """The values of all settings that the definition knows."""
        for name, node in self.given.items():
            if name not in self._definition.settings:
                problem = Problem(
                    code="unknown-setting",
                    message=f"unknown setting {quote(name)} of definition {self._definition.name}",
                    place=node.key_place,
                    subject=f"provider {self._config.name}",
                    hint=did_you_mean(name, self._definition.settings),
                )
                # It may be a secret with a misspelt name.
                self.problems.append(problem if "${" in str(node.value) else unseen(problem))
        return {
            name: self._value(setting, self.given.get(name))
            for name, setting in self._definition.settings.items()
        }

    def network(self) -> Network:
        """How the provider's servers are reached, by the current files and environment."""
        # Imported only here: a replay does not need it, and importing ssl takes 15 ms.
        from harness.providers.network_settings import NetworkReader  # noqa: PLC0415

        return NetworkReader(
            config=self._config,
            environment=self._environment or {},
            render=self._render,
            note=self._note,
            hides=self._hide,
        ).read()

    def _hide(self) -> None:
        self._has_inline_secret = True

    def shown(self, problems: Sequence[Problem]) -> Sequence[Problem]:
        """The problems, without lines of the file if one of them contains a secret."""
        return [*map(unseen, problems)] if self._has_inline_secret else problems

    def _value(self, setting: Setting, node: Node | None) -> Json:
        if node is None or node.value is None:
            if setting.is_required and self._recorded is None and setting.default is None:
                self._note(
                    "missing-setting",
                    f"the setting '{setting.name}' is missing",
                    self._config.node.get("settings") or self._config.node,
                    f"add '{setting.name}:' below 'settings:'",
                    key=True,
                )
            # A recording replaces values of harness.yaml, not the defaults of the definition.
            is_open = setting.default is None
            return self._from_recording(setting, None) if is_open else setting.default
        is_reference = isinstance(node.value, str) and "${" in node.value
        if setting.is_secret and (not is_reference or LITERAL.search(str(node.value))):
            self._hide()
            self._note(
                "inline-secret",
                f"the secret '{setting.name}' is written in the file",
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
        value = self._render(node) if is_reference else node.value
        return None if value is None else self._typed(setting, value, node)

    def _require_filled_in(self, setting: Setting, node: Node) -> None:
        """Note a variable in the syntax of another tool, which would be used as a plain text."""
        if isinstance(node.value, str):
            is_meant = setting.name != BASE_URL and bool(_SHELL.fullmatch(node.value))
            hint = f"write ${{env.{node.value.strip('${}')}}}"
        else:
            texts = (below.value for below in node.walk() if isinstance(below.value, str))
            is_meant = any("${" in text for text in texts)
            hint = "use ${env.NAME} as the whole value or in a text"
        if is_meant:
            self._note(
                "not-filled-in",
                f"the setting '{setting.name}' contains a variable that is not evaluated",
                node,
                hint,
            )

    def _from_recording(self, setting: Setting, otherwise: Json) -> Json:
        if self._recorded is None or setting.is_secret:
            return otherwise
        return self._recorded.get(setting.name, otherwise)

    def _render(self, node: Node) -> Json:
        text, environment = str(node.value), self._environment
        if environment is not None and "default(" not in text:
            missing = [name for name in VARIABLE.findall(text) if not environment.get(name)]
            for name in missing:
                message, hint = missing_variable(name, environment)
                self._note("missing-variable", message, node, hint)
            if missing:
                return None
        try:
            template = compile_template(text, lambda _path: node.place)
            if environment is None and template.names <= {"env"}:
                return None
            return template.render({} if environment is None else {"env": environment})
        except TemplateError as error:
            found = error.problem
            is_unknown = isinstance(error.fault, UndefinedVariable)
            self._note(
                found.code,
                found.message,
                node,
                "write an environment variable as ${env.NAME}" if is_unknown else found.hint,
            )
            return None

    def _typed(self, setting: Setting, value: Json, node: Node) -> Json:
        if isinstance(value, str):
            value = as_type(value, setting.schema.get("type"))
        schema = compile_schema(dict(setting.schema), name=setting.name)
        if reason := schema.misfit(value):
            reason = "its value is wrong" if setting.is_secret else reason
            self._note("wrong-setting", f"the setting '{setting.name}': {reason}", node)
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
