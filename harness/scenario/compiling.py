"""Compiles the templates of a scenario file, and notes what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

from harness.errors import Problem
from harness.json_path import BadPath, require_path
from harness.scenario.subject import SubjectIn
from harness.source import Place
from harness.template import Template, TemplateError, compile_template
from harness.yaml_reader import Document, Node


class Compiler:
    """Makes templates of a document's values; what is wrong gathers in `problems`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.places: dict[int, Place] = {}
        """Where each template stands, by its identity."""
        self._subject = SubjectIn(document)

    def text(self, node: Node) -> Template:
        """A template where a text is wanted, or texts."""
        return self._compiled(node.as_written, node)

    def value(self, node: Node) -> Template:
        """A template that keeps the types of YAML."""
        return self._compiled(node.value, node)

    def path(self, node: Node) -> str:
        """A JSONPath."""
        text = str(node.value)
        try:
            require_path(text)
        except BadPath as error:
            hint = "" if text.startswith("$") else "a path begins with '$', such as $.id"
            self.note("invalid-path", f"'{text}' is no JSONPath: {error}", node, hint)
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
                subject=self._subject(node.path),
                hint=hint,
            )
        )

    def _compiled(self, value: object, node: Node) -> Template:
        try:
            template = compile_template(
                value,  # type: ignore[arg-type]  # read from YAML
                lambda path: self.document.place((*node.path, *path)),
            )
        except TemplateError as error:
            self.problems.append(replace(error.problem, subject=self._subject(node.path)))
            return compile_template(None)
        if template.names:
            self.places[id(template)] = node.place
        return template
