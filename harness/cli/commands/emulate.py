"""`harness emulate`: serves emulators of chat APIs until they are stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from harness.cli.terminal import echo
from harness.core import ConfigurationError, Problem, did_you_mean


def emulate_until_stopped(names: Sequence[str], port: int) -> None:
    """Serve, and print the variables to export. Raises `ConfigurationError`."""
    try:
        # Starlette and uvicorn are an extra, for users of the emulators.
        from harness.emulators import NAMES, serve  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            Problem(
                code="missing-extra",
                message=f"the emulators need {error.name}",
                hint="pip install 'conversation-harness[emulators]'",
            )
        ) from error
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise ConfigurationError(
            [
                Problem(
                    code="unknown-emulator",
                    message=f"there is no emulator '{name}'",
                    hint=did_you_mean(name, NAMES),
                )
                for name in unknown
            ]
        )
    wanted = tuple(names) or NAMES
    ports = {name: port + index for index, name in enumerate(wanted)} if port else {}
    serve(wanted, ports, _announce)


def _announce(environment: Mapping[str, str]) -> None:
    for name, value in sorted(environment.items()):
        echo(f"export {name}={quote(value)}")
    echo("# serving until Ctrl-C")
