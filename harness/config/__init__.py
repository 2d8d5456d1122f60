"""harness.yaml: which providers there are, and where things lie."""

from harness.config.config import Config, ProviderConfig, Slower, read_config, unknown_tag
from harness.config.schema import CONFIG_SCHEMA
from harness.project_file import FILE_NAME, find_config

__all__ = [
    "CONFIG_SCHEMA",
    "FILE_NAME",
    "Config",
    "ProviderConfig",
    "Slower",
    "find_config",
    "read_config",
    "unknown_tag",
]
