"""JSON Schema, drafts 2020-12 and 07: says whether a value fits, and why not; infers schemas.

jsonschema-rs decides and names the faults, in bounded time also for a costly pattern.
jsonschema is loaded to say what is wrong with a schema itself.
"""

from harness.formats.json_schema.compiled_schema import (
    Schema,
    compile_format,
    compile_schema,
    explain,
)
from harness.formats.json_schema.folder import SchemaFolder
from harness.formats.json_schema.inference import infer_schema
from harness.formats.json_schema.violation import Violation

__all__ = [
    "Schema",
    "SchemaFolder",
    "Violation",
    "compile_format",
    "compile_schema",
    "explain",
    "infer_schema",
]
