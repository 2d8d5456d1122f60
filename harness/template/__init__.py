"""Templates: values whose texts may hold `${…}`, sandboxed and bounded."""

from harness.template.errors import LETTERS, TemplateError
from harness.template.expressions import expressions, literals
from harness.template.trees import Template, compile_condition, compile_template

__all__ = [
    "LETTERS",
    "Template",
    "TemplateError",
    "compile_condition",
    "compile_template",
    "expressions",
    "literals",
]
