"""What harness.yaml says of the settings of a definition: a variable or a value each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.authoring.defining.request_secrets import is_variable, usual_variable
from harness.core import ConfigurationError, Json, Problem, did_you_mean, quote
from harness.formats.template import literal
from harness.providers.definition import Definition, Setting
from harness.providers.provider import BASE_URL
from harness.providers.setting import as_type
from harness.secrets.secret_shapes import shapes_in

VARIABLE, VALUE = "--variable", "--set"
_URL = re.compile(r"(?i)https?://\S+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentVariable:
    """A variable that a project needs."""

    name: str
    what: str
    """Of what it is the value, such as `api_key of openai-chat, a secret`."""


def variable_of(provider: str, setting: Setting) -> str:
    """The variable that usually has a setting: by its definition, or made of both names."""
    name = "url" if setting.name == "base_url" else setting.name
    return setting.variable or usual_variable(provider, name)


@dataclass(slots=True)
class SettingChoices:
    """The settings of one provider, some of them chosen."""

    provider: str
    definition: Definition
    _variables: dict[str, str] = field(default_factory=dict)
    _values: dict[str, str] = field(default_factory=dict)

    def take(self, variables: Sequence[str], values: Sequence[str]) -> None:
        """Take options `SETTING=VARIABLE` and `SETTING=VALUE`. Raises `ConfigurationError`."""
        for text in variables:
            self.use_variable(*self._pair(text, VARIABLE))
        for text in values:
            self.use_value(*self._pair(text, VALUE))

    @property
    def open(self) -> tuple[Setting, ...]:
        """The settings that must have a value and have none, and then the secret ones."""
        chosen = {**self._variables, **self._values}
        settings = [one for one in self.definition.settings.values() if one.name not in chosen]
        required = [setting for setting in settings if setting.is_required]
        return (*required, *(one for one in settings if one.is_secret and not one.is_required))

    @property
    def has_secret(self) -> bool:
        """Whether a secret setting has its variable."""
        return any(self.definition.settings[name].is_secret for name in self._variables)

    def use_variable(self, setting: str, variable: str) -> None:
        """Take a setting from a variable. Raises `ConfigurationError` if it is not a name."""
        if not is_variable(variable) or shapes_in(variable):
            # What was typed is perhaps the secret itself, so it is not shown.
            raise _fault(
                "wrong-variable-name",
                f"the variable of '{setting}' is not a name",
                "write letters, digits and '_', as in SHOP_KEY; the value itself goes into .env",
                VARIABLE,
            )
        self._variables[setting] = variable

    def use_value(self, setting: str, value: str) -> None:
        """Write a value into harness.yaml. Raises `ConfigurationError` for one that cannot be."""
        if self.definition.settings[setting].is_secret:
            hint = f"write {VARIABLE} {setting}=NAME, and the value into .env"
            message = f"'{setting}' is a secret, whose value is not written into a file"
            raise _fault("inline-secret", message, hint, VALUE)
        if setting == BASE_URL and not _URL.match(value):
            message = f"{quote(value)} is not a URL"
            raise _fault("wrong-address", message, "write it as https://bot.example.com", VALUE)
        self._values[setting] = value

    def use_usual(self) -> None:
        """Take what is required from the usual variables, and the first secret if there is none."""
        for setting in self.open:
            if setting.is_required or not self.has_secret:
                self.use_variable(setting.name, variable_of(self.provider, setting))

    def entry(self) -> dict[str, Json]:
        """The provider in harness.yaml, its settings in the order of the definition."""
        settings: dict[str, Json] = {}
        for name, setting in self.definition.settings.items():
            if name in self._variables:
                settings[name] = f"${{env.{self._variables[name]}}}"
            elif name in self._values:
                value = as_type(self._values[name], setting.schema.get("type"))
                settings[name] = literal(value) if isinstance(value, str) else value
        return {"definition": self.definition.name, "settings": settings}

    def variables(self) -> tuple[EnvironmentVariable, ...]:
        """The variables that the entry names, in its order."""
        settings = self.definition.settings
        return tuple(
            EnvironmentVariable(
                name=self._variables[name],
                what=f"{name} of {self.provider}{', a secret' if setting.is_secret else ''}",
            )
            for name, setting in settings.items()
            if name in self._variables
        )

    def _pair(self, text: str, option: str) -> tuple[str, str]:
        name, mark, value = text.partition("=")
        if not mark or not value:
            message = "it is not a setting with its value"
            raise _fault("wrong-setting-option", message, f"write {option} SETTING=…", option)
        if name not in self.definition.settings:
            message = f"{quote(self.definition.name)} has no setting {quote(name)}"
            known = self.definition.settings
            hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
            raise _fault("wrong-setting-option", message, hint, option)
        if name in self._variables or name in self._values:
            message = f"the setting {quote(name)} is given twice"
            raise _fault("wrong-setting-option", message, "remove one of them", option)
        return name, value


def _fault(code: str, message: str, hint: str, where: str) -> ConfigurationError:
    return ConfigurationError(Problem(code=code, message=message, hint=hint, where=where))
