"""JSON Schema, drafts 2020-12 and 07: validates values, explains failures, infers schemas.

jsonschema-rs validates and lists the errors. Its time is bounded even if a pattern is costly.
jsonschema is imported only to explain what is wrong with a schema itself.
"""

from harness.formats.json_schema.compiled_schema import (
    Schema,
    compile_format,
    compile_schema,
    explain,
)
from harness.formats.json_schema.folder import SchemaFolder
from harness.formats.json_schema.inference import infer_schema, tightest_schema, type_of
from harness.formats.json_schema.violation import Violation

__all__ = [
    "Schema",
    "SchemaFolder",
    "Violation",
    "compile_format",
    "compile_schema",
    "explain",
    "infer_schema",
    "tightest_schema",
    "type_of",
]
