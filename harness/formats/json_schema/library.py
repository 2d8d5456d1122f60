"""The documents that a schema is made of, read by following its references.

Nothing is fetched: a reference to a document that was not given is an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from urllib.parse import quote as percent_encode
from urllib.parse import unquote, urldefrag, urljoin

from harness.core import Json, Path, Place, Problem, did_you_mean, pointer, value_class
from harness.formats.json_schema.keywords import (
    ASIDE,
    DRAFTS,
    IN_PLACE,
    draft_of,
    patterns,
    subschemas,
)
from harness.formats.json_schema.references import is_absolute, local_name, replaced, walk
from harness.formats.json_schema.schema_pattern import pattern_fault

ROOT = "https://schemas.invalid/"
"""The base of the documents' names. `.invalid` never exists. Source: RFC 6761."""

SUFFIXES = ("", ".schema.json", ".json")

MOST_APPLIED = 10_000
"""Schemas that may judge one value, each counted once for each reference to it."""

Site = tuple[str, Path]
"""A schema: the name of its document, and its path in it."""

Locate = Callable[[str, Path], Place | None]
"""Finds the place of a path in a document's file."""


@value_class(frozen=True, slots=True)
class _Base:
    """A document, or a part of a document that has its own URI."""

    name: str
    path: Path
    schema: Json


def root_uri(name: str) -> str:
    """The URI of a document."""
    return ROOT + percent_encode(name)


class Library:
    """A document with those that it refers to, directly or not, and their problems."""

    def __init__(
        self, document: Json, name: str, resources: Mapping[str, Json], locate: Locate
    ) -> None:
        start, _, fragment = name.partition("#")
        self.named: dict[str, Json] = {}
        """The documents by name."""
        self._uris: dict[str, str] = {}
        self._canonical: defaultdict[str, dict[Path, str]] = defaultdict(dict)
        self.problems: list[Problem] = []
        self.knows_drafts = True
        self.uri = root_uri(start)
        self._resources = resources
        self._locate = locate
        self._bases: dict[str, _Base] = {}
        self._aliases: dict[str, str] = {}
        self._anchors: dict[tuple[str, str], Site] = {}
        self.schemas: dict[Site, Mapping[str, Json]] = {}
        """All schemas in the documents, except true and false."""
        self._edges: dict[Site, list[Site]] = {}
        self._inner: dict[Site, list[Site]] = {}
        self._references: list[tuple[Site, str, str]] = []
        self.draft = draft_of(document) or "2020-12"
        """The draft that the first document names."""
        self._add(self.uri, start, document)
        target = self._target(self.uri, fragment)
        if target is None:
            self._note_unknown((start, ()), f"#{fragment}")
        self.start: Site = target or (start, ())
        """The schema to compile: the document, or the part that the name's fragment refers to."""
        while self._references:
            self._follow(*self._references.pop())
        self._refuse_endless()

    @property
    def documents(self) -> dict[str, Json]:
        """The documents by each of their URIs, with references that are relative to their files."""
        return {
            uri: replaced(self.named[name], self._canonical[name])
            for uri, name in self._uris.items()
        }

    def find(self, location: str) -> Site | None:
        """The schema of an absolute keyword location of jsonschema-rs."""
        uri, fragment = urldefrag(location)
        base = self._bases.get(uri)
        if base is None:
            return None
        steps = unquote(fragment)
        # For some keywords, such as dependentRequired, a number is added to the location.
        while (part := walk(base.schema, steps)) is None:
            steps = steps.rpartition("/")[0]
        return base.name, (*base.path, *part[0])

    def in_place(self, site: Site) -> Sequence[Site]:
        """The schemas that a schema applies to the value that it judges."""
        return self._edges.get(site, ())

    def inner(self, site: Site) -> Sequence[Site]:
        """The schemas inside a schema that judge parts of its value."""
        return self._inner.get(site, ())

    def _add(self, uri: str, name: str, document: Json) -> None:
        self.named[name] = document
        self._uris[uri] = name
        self._bases[uri] = _Base(name, (), document)
        self._index(uri, (name, ()), document, draft_of(document) or self.draft)

    def _index(self, uri: str, start: Site, document: Json, draft: str) -> None:
        """Note every schema, identifier, pattern and reference at or below a place."""
        waiting = [(uri, start, document)]
        while waiting:
            base, site, schema = waiting.pop()
            if not isinstance(schema, Mapping) or site in self.schemas:
                continue
            self.schemas[site] = schema
            is_reference_alone = draft == "07" and "$ref" in schema
            self._require_draft(site, schema)
            if not is_reference_alone:
                base = self._identify(base, site, schema)
                self._require_patterns(site, schema)
            for key in ("$ref", "$dynamicRef"):
                if isinstance(target := schema.get(key), str):
                    self._references.append((site, base, target))
            for step, inner in subschemas(schema):
                below = (site[0], (*site[1], *step))
                if not is_reference_alone and step[0] not in ASIDE:
                    edges = self._edges if step[0] in IN_PLACE else self._inner
                    edges.setdefault(site, []).append(below)
                waiting.append((base, below, inner))

    def _identify(self, base: str, site: Site, schema: Mapping[str, Json]) -> str:
        """Note the names that a schema gives itself. Returns the base URI of its references."""
        own = schema.get("$id")
        if isinstance(own, str):
            uri, fragment = urldefrag(urljoin(base, own))
            if fragment:
                self._anchors[base, fragment] = site
            elif site[1]:
                base = uri
                self._bases.setdefault(uri, _Base(site[0], site[1], schema))
            elif uri != base:
                # References are relative to the file, whatever `$id` the document has.
                self._aliases[uri] = base
                self._bases.setdefault(uri, _Base(site[0], (), schema))
        for key in ("$anchor", "$dynamicAnchor"):
            if isinstance(anchor := schema.get(key), str):
                self._anchors[base, anchor] = site
        return base

    def _require_draft(self, site: Site, schema: Mapping[str, Json]) -> None:
        if "$schema" in schema and draft_of(schema) is None:
            self.knows_drafts = False
            message = f"'{schema['$schema']}' is not a known draft"
            hint = f"known: {', '.join(sorted(DRAFTS))}"
            self._note("unknown-draft", message, (site[0], (*site[1], "$schema")), hint)

    def _require_patterns(self, site: Site, schema: Mapping[str, Json]) -> None:
        for step, pattern in patterns(schema):
            code, message, hint = pattern_fault(pattern)
            if code:
                self._note(code, message, (site[0], (*site[1], *step)), hint)

    def _follow(self, site: Site, base: str, target: str) -> None:
        named, fragment = urldefrag(urljoin(base, target))
        uri = self._aliases.get(named, named)
        if DRAFTS.get(uri) == self.draft:
            return
        if uri not in self._bases and not self._load(site, uri, target):
            return
        if (uri := self._aliases.get(named, named)) != named:
            self._canonical[site[0]][site[1]] = f"{uri}#{fragment}"
        referred = self._target(uri, unquote(fragment))
        if referred is None:
            self._note_unknown(site, target)
            return
        self._edges.setdefault(site, []).append(referred)

    def _target(self, uri: str, fragment: str) -> Site | None:
        base = self._bases.get(uri)
        if base is None:
            return None
        if fragment and not fragment.startswith("/"):
            return self._anchors.get((uri, fragment))
        part = walk(base.schema, fragment)
        if part is None:
            return None
        steps, schema = part
        site = (base.name, (*base.path, *steps))
        self._index(uri, site, schema, self.draft)
        return site

    def _load(self, site: Site, uri: str, target: str) -> bool:
        """Add the document that a reference leads to, or note why it cannot be used."""
        name = local_name(site[0], target) if not is_absolute(target) else None
        if name is not None and name.startswith("../"):
            self._note_remote(site, target, "leads out of the schema folder")
            return False
        if name is None:
            known = self._by_id(uri)
        else:
            names = (name + end for end in SUFFIXES)
            known = next((candidate for candidate in names if candidate in self._resources), None)
        if known is not None:
            # A document whose own name is referred to is stored under the name of its file.
            own = uri if uri.startswith(ROOT) else root_uri(known)
            self._add(own, known, self._resources[known])
            return True
        if name is None:
            self._note_remote(site, target, "is a remote reference, and nothing is fetched")
        else:
            self._note_unknown(site, target)
        return False

    def _by_id(self, uri: str) -> str | None:
        for name, document in self._resources.items():
            if isinstance(document, Mapping) and document.get("$id") in (uri, f"{uri}#"):
                return name
        return None

    def _refuse_endless(self) -> None:
        try:
            order = tuple(TopologicalSorter(self._edges).static_order())
        except CycleError as error:
            cycle: list[Site] = error.args[1]
            name, path = min(cycle, key=lambda site: (len(site[1]), str(site)))
            ways = " to ".join(
                f"{'' if schema[0] == name else schema[0]}#{pointer(schema[1])}"
                for schema in cycle[:4]
            )
            message = f"the schema refers to itself endlessly: {ways}"
            hint = "a schema may refer to itself only below a key or an item"
            step = ("$ref",) if "$ref" in self.schemas[name, path] else ()
            self._note("endless-ref", message, (name, (*path, *step)), hint)
        else:
            self._refuse_costly(order)

    def _refuse_costly(self, order: Sequence[Site]) -> None:
        """Note the first schema that applies too many schemas to one value.

        If a schema's `allOf` has ten references to a schema that is written in the same way, each
        level multiplies the work by ten. The validator cannot be interrupted. In `order`, the
        schemas that a schema applies come before it.
        """
        applied: dict[Site, int] = {}
        for site in order:
            count = applied[site] = 1 + sum(applied.get(inner, 1) for inner in self.in_place(site))
            if count > MOST_APPLIED:
                message = (
                    f"{count:,} schemas apply to one value here, the limit is {MOST_APPLIED:,}"
                )
                self._note("schema-too-costly", message, site, "refer to each schema once")
                return

    def _note_remote(self, site: Site, target: str, reason: str) -> None:
        hint = "keep a copy in the schema folder and refer to it by its path"
        self._note("remote-ref", f"'{target}' {reason}", _ref(site, self.schemas), hint)

    def _note_unknown(self, site: Site, target: str) -> None:
        place, fragment = urldefrag(target)
        known = list(self._resources) if place else self._definitions(site[0])
        hint = did_you_mean(place or f"#{fragment}", known)
        message = f"'{target}' leads nowhere"
        self._note("unknown-ref", message, _ref(site, self.schemas), hint)

    def _definitions(self, name: str) -> list[str]:
        paths = (path for document, path in self.schemas if document == name)
        return [f"#{pointer(path)}" for path in paths if path[:1] in (("$defs",), ("definitions",))]

    def _note(self, code: str, message: str, site: Site, hint: str = "") -> None:
        self.problems.append(self.problem(code, message, site, hint))

    def problem(self, code: str, message: str, site: Site, hint: str = "") -> Problem:
        """A problem at a place in one of the documents."""
        name, path = site
        where = f"{name}#{pointer(path)}"
        place = self._locate(name, path)
        return Problem(code=code, message=message, place=place, where=where, hint=hint)


def _ref(site: Site, schemas: Mapping[Site, Mapping[str, Json]]) -> Site:
    key = next((key for key in ("$ref", "$dynamicRef") if key in schemas.get(site, ())), None)
    return site if key is None else (site[0], (*site[1], key))
