"""Reads harness.yaml: the providers of a project, and its folders and limits."""

from harness.config.config import (
    Config,
    Slower,
    read_config,
    unknown_tag,
)
from harness.config.config_schema import CONFIG_SCHEMA
from harness.config.provider_config import PROVIDER_CONCURRENCY, ProviderConfig
from harness.project_file import FILE_NAME, find_config

__all__ = [
    "CONFIG_SCHEMA",
    "FILE_NAME",
    "PROVIDER_CONCURRENCY",
    "Config",
    "ProviderConfig",
    "Slower",
    "find_config",
    "read_config",
    "unknown_tag",
]
