"""The example suite and the project's own tests use the plugin as any project does."""

pytest_plugins = ["harness.pytest_plugin"]
