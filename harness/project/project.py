"""A project: harness.yaml and everything that it names."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cached_property
from pathlib import Path

import harness
from harness.checks import kinds_in
from harness.checks.goldens import Goldens
from harness.config import Config, ProviderConfig, read_config
from harness.config.env_file import environment_of
from harness.core import (
    ConfigurationError,
    Json,
    Place,
    Problem,
    ScenarioError,
    did_you_mean,
    quote,
)
from harness.core.hashing import content_key
from harness.core.held_files import Files
from harness.formats.file_format import departures_of
from harness.formats.json_schema import Schema, SchemaFolder, compile_format
from harness.formats.parsed_cache import ParsedCache
from harness.formats.yaml import Document
from harness.project.judges import judges_of
from harness.project.own_checks import own_checks
from harness.project.parts import Folders
from harness.project.vocabulary import Vocabulary
from harness.providers.catalogue import definition_key, definition_of
from harness.providers.definition import Definition
from harness.providers.filling_in import fill_in, settings_now
from harness.providers.provider import Provider
from harness.scenario import (
    Credentials,
    FileKind,
    Repeat,
    Scenario,
    SubjectIn,
    advise,
    part_schema,
    scenario_schema,
    text_problems,
)

LAST_SCENARIOS = 32
"""How many scenarios are kept for the next row or provider of the same file."""

READING = 2
"""Gets another number when files are read or refused in another way, so that nothing is taken from
a cache of an earlier version."""

EARLY_SCENARIOS = 1000
"""How many scenarios of the collection are kept until they are played; about 15 MB."""


class Project:
    """A project: what harness.yaml says, its schemas, definitions and what was parsed of it."""

    def __init__(
        self,
        config: Config,
        *,
        environment: Mapping[str, str] | None = None,
        cache: ParsedCache | None = None,
    ) -> None:
        """`environment` defaults to that of the process and of the project's `.env`.

        Without a cache, every file is parsed. Raises `ConfigurationError`.
        """
        self.config = config
        self.environment = (
            environment_of(config.root, os.environ) if environment is None else environment
        )
        self.cache = cache or ParsedCache(None)
        self.schemas = SchemaFolder(config.schemas, config.shown(config.schemas))
        self.files = Files()
        self.goldens = Goldens(config.root, config.schemas, self.files)
        self._own = own_checks(config)
        self.vocabulary = Vocabulary(
            kinds_in("reply_checks", self._own.kinds.values()),
            self.schemas,
            self.goldens,
            judges_of(config, self.files, self.environment),
        )
        self.room_for_early = 0
        """How many scenarios of the collection are kept. Whoever sets it should freeze them for the
        garbage collector, which otherwise visits them repeatedly."""
        self.repeat: Repeat | None = None
        """How often the command line lets every scenario be played; None if each one says it."""
        self.command = "harness run"
        """What plays as this run does, for hints: with what the command line adds to scenarios."""
        self.lacks_definitions = False
        """A definition of some scenario could not be read, so nothing is put into the cache: its
        error may be in a file that no key of the cache depends on."""
        self._early: dict[str, tuple[str, Scenario]] = {}
        """By their paths, each with the key of its content."""
        self._last: dict[tuple[str, str], Scenario] = {}
        self._formats: dict[FileKind, Schema] = {}
        self.folders = Folders(config, self.files)
        self._lock = threading.Lock()
        self._settings_now: dict[str, Mapping[str, Json]] = {}
        self.filled_in: dict[tuple[str, str, str | None], Provider] = {}
        """Providers with their settings, by name, credentials and recorded settings."""
        self.revised: Callable[[ProviderConfig, Definition], Definition] = _as_read
        """Changes each definition before it is used."""

    @classmethod
    def at(cls, file: Path, *, cache: ParsedCache | None = None, shown: str = "") -> Project:
        """The project of a harness.yaml, whose own checks are imported.

        `shown` is how messages name the file. Raises `ConfigurationError` or `YamlError`.
        """
        return cls(read_config(file, shown), cache=cache)

    @contextmanager
    def holding(self, contents: Mapping[Path, bytes]) -> Iterator[Mapping[Path, bytes]]:
        """Read contents in place of files, and hold back what is written; see `Files.holding`."""
        with self.files.holding(contents) as held:
            self.folders = Folders(self.config, self.files)
            self.goldens.forget()
            try:
                yield held
            finally:
                self.folders = Folders(self.config, self.files)
                self.goldens.forget()

    @property
    def has_own_checks(self) -> bool:
        """Whether Python code of the project judges replies."""
        return bool(self._own.kinds)

    @property
    def own_checks(self) -> frozenset[str]:
        """The names of the checks that Python code of the project makes."""
        return frozenset(self._own.kinds)

    @cached_property
    def scenario_format(self) -> Schema:
        """The scenario format with this project's checks."""
        return compile_format(self.scenario_json_schema, name="scenario")

    def require_format(self, document: Document, kind: FileKind) -> None:
        """Raise `ScenarioError` with all that departs from the format of a kind of file."""
        schema = self._formats.get(kind)
        if schema is None:
            made = part_schema(kind, self.scenario_json_schema)
            schema = self._formats[kind] = compile_format(made, name=kind.value)
        found = departures_of(document, schema, SubjectIn(document), advise)
        problems = [one.problem for one in found if not one.is_told_already]
        if problems := problems or list(text_problems(document)):
            raise ScenarioError(problems)

    @property
    def scenario_json_schema(self) -> dict[str, Json]:
        """The scenario format, as editors read it."""
        return scenario_schema(self.vocabulary.blocks)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything that decides how a scenario file is read, except the file itself."""
        config = self.config
        return content_key(
            "project",
            f"{harness.__version__}-{READING}",
            *sorted(self.vocabulary.names),
            self._own.fingerprint,
            *sorted(config.providers),
            *sorted(definition_key(config, one) for one in config.providers.values()),
            *sorted(f"judge {name}" for name in config.judges),
            config.judge,
            *(f"similarity {name}" for name in config.similarity),
            *sorted(config.tags if config.tags is not None else ("*",)),
            *sorted(self.schemas.names()),
        )

    def scenario(self, shown: str, key: str) -> Scenario | None:
        """A scenario that was built before, by its path and a key of its content."""
        with self._lock:
            early = self._early.get(shown)
            return early[1] if early and early[0] == key else self._last.get((shown, key))

    def keep(self, shown: str, key: str, scenario: Scenario) -> None:
        """Keep a scenario that was built. Safe for threads."""
        with self._lock:
            if shown in self._early or len(self._early) < self.room_for_early:
                # A file that has changed takes no further room.
                self._early[shown] = (key, scenario)
                return
            self._last[shown, key] = scenario
            if len(self._last) > LAST_SCENARIOS:
                del self._last[next(iter(self._last))]

    def judging_by(
        self, vocabulary: Vocabulary, revised: Callable[[ProviderConfig, Definition], Definition]
    ) -> Project:
        """A copy that judges by other checks, and whose definitions are revised by a function.

        It shares what was read of the files.
        """
        other = copy(self)
        other.vocabulary = vocabulary
        other.revised = revised
        other.filled_in = {}
        other._settings_now = {}  # noqa: SLF001  # of a copy of this
        return other

    def provider_config(self, name: str) -> ProviderConfig:
        """The entry of a provider. Raises `ConfigurationError` if there is none of this name."""
        if name not in self.config.providers:
            raise ConfigurationError(self.unknown_provider(name))
        return self.config.providers[name]

    def unknown_provider(self, name: str, place: Place | None = None) -> Problem:
        """The problem for a provider that is not in harness.yaml."""
        return Problem(
            code="unknown-provider",
            message=f"unknown provider {quote(name)}",
            place=place,
            hint=did_you_mean(name, self.config.providers),
        )

    def provider(
        self,
        name: str,
        *,
        recorded: Mapping[str, Json] | None = None,
        credentials: Credentials = Credentials.VALID,
    ) -> Provider:
        """A provider with its settings filled in; see `fill_in`."""
        # Most recordings of a provider have the same settings: fill them in once.
        key = (name, credentials.value, None if recorded is None else json.dumps(dict(recorded)))
        found = self.filled_in.get(key)
        if found is None:
            config = self.provider_config(name)
            definition = self.revised(config, definition_of(self.config, config))
            found = self.filled_in[key] = fill_in(
                config, definition, self.environment, recorded=recorded, credentials=credentials
            )
        return found

    def settings_now(self, name: str) -> Mapping[str, Json]:
        """The open settings of a provider, as files and environment give them."""
        found = self._settings_now.get(name)
        if found is None:
            config = self.provider_config(name)
            definition = definition_of(self.config, config)
            found = self._settings_now[name] = settings_now(config, definition, self.environment)
        return found

    def providers_of(self, named: Iterable[str], chosen: Iterable[str]) -> tuple[str, ...]:
        """The providers that a scenario is played against.

        A scenario that names providers is played against those of them that are chosen; one that
        names none is played against every chosen one. If nothing is chosen, it is played against
        those that it names, or against the project's default.
        """
        wanted, picked = tuple(named), tuple(dict.fromkeys(chosen))
        if not picked:
            return wanted or ((self.config.provider,) if self.config.provider else ())
        return tuple(name for name in wanted if name in picked) if wanted else picked


def _as_read(_config: ProviderConfig, definition: Definition) -> Definition:
    """The definition of a project that revises none."""
    return definition
