"""Templates: values whose texts may hold `${…}`, sandboxed and bounded."""

from harness.formats.template.expressions import expression_with, expressions, literals
from harness.formats.template.template_error import (
    LETTERS,
    TemplateError,
    UndefinedMember,
    UndefinedVariable,
)
from harness.formats.template.trees import (
    Template,
    compile_condition,
    compile_template,
    constant_template,
    literal,
)

__all__ = [
    "LETTERS",
    "Template",
    "TemplateError",
    "UndefinedMember",
    "UndefinedVariable",
    "compile_condition",
    "compile_template",
    "constant_template",
    "expression_with",
    "expressions",
    "literal",
    "literals",
]
