"""Reads the parts of a definition: its templates, JSONPaths, conditions and schemas."""

from __future__ import annotations

from collections.abc import Callable

from harness.core import Json, Path, Place, Problem, did_you_mean
from harness.formats.json_path import BadPath, require_path
from harness.formats.json_schema import Schema, SchemaFolder
from harness.formats.template import Template, TemplateError, compile_condition, compile_template
from harness.formats.template.trees import Written, plainly
from harness.formats.yaml import Document, Node
from harness.providers.conditions import Conditions, Exists
from harness.providers.path_templates import compile_path_template


class PartReader:
    """Reads the parts of one definition, and collects what is wrong with them."""

    def __init__(self, document: Document, schemas: SchemaFolder) -> None:
        self.document = document
        self._schemas = schemas
        self._schema_names = schemas.names()
        self.problems: list[Problem] = []
        self.path_templates: dict[str, Template] = {}
        self.value_templates: dict[str, Template] = {}

    def conditions(self, node: Node, key: str) -> Conditions:
        """The conditions behind a key; empty if there is no such key."""
        return {
            self.path(found, path): tuple(map(self._wanted, nodes_of(found)))
            for path, found in node.entries(key)
        }

    def _wanted(self, node: Node) -> Json | Exists:
        """A value of a condition."""
        value = node.value
        if isinstance(value, dict):
            return Exists(is_there=bool(value.get("exists")))
        if isinstance(value, str) and "${" in value:
            self.value_templates[value] = self.template(node)
        return value

    def paths(self, node: Node) -> tuple[str, ...]:
        """The JSONPath, or the list of JSONPaths, at a node."""
        return tuple(map(self.path, nodes_of(node)))

    def path(self, node: Node, text: str | None = None) -> str:
        """The JSONPath at a node; `text` if it is the node's key."""
        path = str(node.value) if text is None else text
        hint = "" if path.startswith("$") else "a path starts with '$', such as $.id"
        try:
            if "${" in path:
                hint = "write ${…} without quotes, where a text or a number can be"
                self.path_templates[path] = compile_path_template(path)
            else:
                require_path(path)
        except TemplateError as error:
            problem = error.problem
            self._note(problem.code, problem.message, node, problem.hint, key=text is not None)
        except BadPath as error:
            message = f"'{path}' is not a JSONPath: {error}"
            self._note("invalid-path", message, node, hint, key=text is not None)
        return path

    def schema(self, node: Node | None) -> Schema | None:
        """The schema that a node names."""
        if node is None:
            return None
        name = str(node.value)
        if name not in self._schema_names:
            known = did_you_mean(name, self._schema_names)
            self._note("unknown-schema", f"there is no schema '{name}' in schemas/", node, known)
            return None
        return self._schemas.schema(name)

    def template(self, node: Node | None, as_text: Written = plainly) -> Template:
        """The template at a node; that of nothing where there is none."""
        return self.compiled(node.value if node else None, node or self.document.at(), as_text)

    def compiled(self, value: Json, node: Node, as_text: Written = plainly) -> Template:
        """The template of a value, whose place is that of a node."""
        try:
            return compile_template(
                value, self._place_below(node), definition=True, as_text=as_text
            )
        except TemplateError as error:
            self.problems.append(error.problem)
            return compile_template(None)

    def condition(self, node: Node | None) -> Template | None:
        """The condition of `when` at a node."""
        if node is None:
            return None
        try:
            return compile_condition(str(node.value), self._place_below(node))
        except TemplateError as error:
            self.problems.append(error.problem)
            return None

    def _place_below(self, node: Node) -> Callable[[Path], Place]:
        return lambda path: self.document.place((*node.path, *path))

    def _note(
        self, code: str, message: str, node: Node, hint: str = "", *, key: bool = False
    ) -> None:
        place = node.key_place if key else node.place
        self.problems.append(Problem(code=code, message=message, place=place, hint=hint))


def nodes_of(node: Node) -> list[Node]:
    """The elements of a list, or the one value."""
    return list(node) if isinstance(node.value, list) else [node]
