"""Compiles the templates of a scenario file, and notes its problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from harness.core import Json, Problem, format_duration, parse_duration
from harness.formats.json_path import BadPath, path_hint, require_path
from harness.formats.template import Template, TemplateError, compile_template
from harness.formats.yaml import Document, Node
from harness.scenario.files import NO_FILES, OtherFiles
from harness.scenario.turn_names import SubjectIn

LONGEST_PAUSE = 3600.0
"""Seconds. A typing error such as 20h would let a live run seem to hang."""


class Compiler:
    """Makes templates of a document's values, and collects its problems in `problems`."""

    def __init__(self, document: Document, files: OtherFiles = NO_FILES) -> None:
        self.document = document
        self.files = files
        """Gives the other files that the document names."""
        self.problems: list[Problem] = []
        self.nodes: dict[int, Node] = {}
        """The node that each template was made of, by the identity of the template."""
        self.origins: dict[str, str] = {}
        """Why files other than the document are read, by their paths."""
        self.knows_names = True
        """All variables are known: no file that may define some is wrong."""

    def subject(self, node: Node) -> str:
        """The turn that a value is in, and why its file is read; empty in a scenario's head."""
        origin = self.origins.get(node.document.source.path, "")
        return ", ".join(filter(None, (SubjectIn(node.document)(node.path), origin)))

    def text(self, node: Node) -> Template:
        """A template where a text is wanted, or a list of texts."""
        return self.template(node.as_written, node)

    def value(self, node: Node) -> Template:
        """A template that keeps the types of YAML."""
        return self.template(node.value, node)

    def template(self, value: Json, node: Node) -> Template:
        """A template of a value that was read from a node, perhaps not as YAML reads it."""
        try:
            template = compile_template(
                value, lambda path: node.document.place((*node.path, *path))
            )
        except TemplateError as error:
            self.problems.append(replace(error.problem, subject=self.subject(node)))
            return compile_template(None)
        if template.names:
            self.nodes[id(template)] = node
        return template

    def path(self, node: Node) -> str:
        """A JSONPath; if it is wrong, that is noted."""
        text = str(node.value)
        try:
            require_path(text)
        except BadPath as error:
            self.note("invalid-path", f"'{text}' is not a JSONPath: {error}", node, path_hint(text))
        return text

    def pause(self, node: Node | None) -> float:
        """Seconds to let pass, 0 if there is nothing; if they are too many, that is noted."""
        if node is None:
            return 0.0
        seconds = parse_duration(str(node.value))
        if problem := too_long(seconds):
            self.note("wrong-value", problem, node)
        return seconds

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
        """Note the problems of another file, and why that file is read."""
        self.problems += (
            replace(problem, subject=", ".join(filter(None, (problem.subject, origin))))
            for problem in problems
        )


def too_long(seconds: float) -> str:
    """Why a pause is too long; empty if it is not."""
    if seconds <= LONGEST_PAUSE:
        return ""
    limit = format_duration(LONGEST_PAUSE)
    return f"{format_duration(seconds)} is longer than the limit of {limit}"
