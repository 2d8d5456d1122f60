"""`harness emulate`: serves emulators of chat APIs until they are stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from harness.cli.terminal import echo
from harness.core import ConfigurationError, Problem, cannot_listen, did_you_mean
from harness.emulators import NAMES, WITH_DEMO, serve


def emulate_until_stopped(names: Sequence[str], port: int) -> None:
    """Serve, and print the variables to export. Raises `ConfigurationError`."""
    unknown = [name for name in names if name not in WITH_DEMO]
    if unknown:
        raise ConfigurationError(
            [
                Problem(
                    code="unknown-emulator",
                    message=f"there is no emulator '{name}'",
                    hint=did_you_mean(name, WITH_DEMO),
                )
                for name in unknown
            ]
        )
    wanted = tuple(names) or NAMES
    ports = {name: port + index for index, name in enumerate(wanted)} if port else {}
    try:
        serve(wanted, ports, _announce)
    except OSError as error:
        raise cannot_listen(port, error) from error


def _announce(environment: Mapping[str, str]) -> None:
    for name, value in sorted(environment.items()):
        echo(f"export {name}={quote(value)}")
    echo("# serving until Ctrl-C")
