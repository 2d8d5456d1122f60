"""Compiles the templates of a scenario file, and notes what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from harness.core import Json, Problem
from harness.formats.json_path import BadPath, path_hint, require_path
from harness.formats.template import Template, TemplateError, compile_template
from harness.formats.yaml import Document, Node
from harness.scenario.files import NO_FILES, OtherFiles
from harness.scenario.turn_names import SubjectIn


class Compiler:
    """Makes templates of a document's values; what is wrong gathers in `problems`."""

    def __init__(self, document: Document, files: OtherFiles = NO_FILES) -> None:
        self.document = document
        self.files = files
        """Gives the other files that the document names."""
        self.problems: list[Problem] = []
        self.nodes: dict[int, Node] = {}
        """What each template was made of, by its identity."""
        self.origins: dict[str, str] = {}
        """Why other files than the document are read, by their paths."""
        self.knows_names = True
        """Whether all variables are known; a file that defines some may be wrong."""

    def subject(self, node: Node) -> str:
        """The turn that a value lies in, and why its file is read; empty in a scenario's head."""
        origin = self.origins.get(node.document.source.path, "")
        return ", ".join(part for part in (SubjectIn(node.document)(node.path), origin) if part)

    def text(self, node: Node) -> Template:
        """A template where a text is wanted, or texts."""
        return self._compiled(node.as_written, node)

    def value(self, node: Node) -> Template:
        """A template that keeps the types of YAML."""
        return self._compiled(node.value, node)

    def check(self, node: Node, value: Json) -> Template:
        """A template of a check's value, whose texts may be read in another way than YAML's."""
        return self._compiled(value, node)

    def path(self, node: Node) -> str:
        """A JSONPath."""
        text = str(node.value)
        try:
            require_path(text)
        except BadPath as error:
            self.note("invalid-path", f"'{text}' is not a JSONPath: {error}", node, path_hint(text))
        return text

    def note(
        self, code: str, message: str, node: Node, hint: str = "", *, key: bool = False
    ) -> None:
        """Note a problem at a value, or at the key that names it."""
        self.problems.append(
            Problem(
                code=code,
                message=message,
                place=node.key_place if key else node.place,
                subject=self.subject(node),
                hint=hint,
            )
        )

    def take(self, problems: Iterable[Problem], origin: str) -> None:
        """Note what is wrong with another file, and why it is read."""
        for one in problems:
            subject = ", ".join(part for part in (one.subject, origin) if part)
            self.problems.append(replace(one, subject=subject))

    def _compiled(self, value: object, node: Node) -> Template:
        try:
            template = compile_template(
                value,  # type: ignore[arg-type]  # read from YAML
                lambda path: node.document.place((*node.path, *path)),
            )
        except TemplateError as error:
            self.problems.append(replace(error.problem, subject=self.subject(node)))
            return compile_template(None)
        if template.names:
            self.nodes[id(template)] = node
        return template
