"""YAML 1.2 as we read it, with the place of every node."""

from harness.yaml_reader.document import Document, Marks, Node
from harness.yaml_reader.limits import Limits
from harness.yaml_reader.reading import read
from harness.yaml_reader.writing import write

__all__ = ["Document", "Limits", "Marks", "Node", "read", "write"]
