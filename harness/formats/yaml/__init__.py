"""YAML 1.2 as we read it, with the place of every node."""

from harness.formats.yaml.builder import Limits
from harness.formats.yaml.document import Document, Marks, Node
from harness.formats.yaml.yaml_reading import load, read
from harness.formats.yaml.yaml_writing import write

__all__ = ["Document", "Limits", "Marks", "Node", "load", "read", "write"]
