"""How files are written and read: YAML, JSON Schema, JSONPath, templates."""
