"""Completion in the real shells, with the scripts that `harness --install-completion` installs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

NEEDED = "HARNESS_NEEDS_SHELLS"
"""Set in CI: there a missing shell is an error, elsewhere a reason to skip."""
COMMAND = Path(sys.executable).with_name("harness")
PATIENCE = 120
"""Seconds, after which a shell that waits for more is stopped."""

BASH = """\
eval "$(_HARNESS_COMPLETE=source_bash harness)"
read -ra COMP_WORDS <<< "$TYPED"
[[ $TYPED == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_harness_completion harness
printf '%s\\n' "${COMPREPLY[@]}" > "$OFFERED"
"""
FISH = """\
_HARNESS_COMPLETE=source_fish harness | source
complete --do-complete "$TYPED" | string replace --regex '\\t.*' '' > "$OFFERED"
or true  # words without a description, of which nothing is cut off
"""
ZSH = """\
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source $SETUP"
while zpty -r shell line; do [[ $line == *"is ready"* ]] && break; done
zpty -w -n shell "$TYPED"$'\\t'
while zpty -r shell line; do :; done
"""
"""Types into another zsh, because that completes only what is typed at a terminal."""
ZSH_SETUP = """\
autoload -Uz compinit
compinit -D -u
eval "$(_HARNESS_COMPLETE=source_zsh harness)"
# Every word that is offered goes through this command; with -O, -A and -D it only sorts them.
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a words_offered
  builtin compadd -A words_offered "$@"
  print -rl -- $words_offered >> "$OFFERED"
}
comppostfuncs=(exit)
print "completion"" is ready"
"""
SHELLS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "bash": (("bash", "--norc", "-c"), BASH),
    "zsh": (("zsh", "-f", "-c"), ZSH),
    "fish": (("fish", "--no-config", "-c"), FISH),
}
"""The command that runs a script, and the script that completes what is typed."""


@pytest.fixture(params=SHELLS)
def complete(request, project, tmp_path):
    """Completes a command line in a shell; gives the words that it offers."""
    command, script = SHELLS[request.param]
    if shutil.which(command[0]) is None:
        missing = f"{command[0]} is not installed"
        if os.environ.get(NEEDED):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    with (project / "harness.yaml").open("a") as file:
        file.write("tags: {smoke: '', named: '', colourful: ''}\n")
    setup, offered = tmp_path / "setup.zsh", tmp_path / "offered"
    setup.write_text(ZSH_SETUP)
    environment = {
        **os.environ,
        "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "SETUP": str(setup),
        "OFFERED": str(offered),
    }

    def completed(typed: str) -> list[str]:
        subprocess.run(
            [*command, script],
            cwd=project,
            env={**environment, "TYPED": typed},
            stdin=subprocess.DEVNULL,
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )
        return sorted(offered.read_text().split())

    return completed


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("harness wat", ["watch"]),
        ("harness run --provider pa", ["parrot"]),
        ("harness run --mode re", ["record", "refresh", "replay"]),
        ("harness run -m sm", ["smoke"]),
        ("harness run scenarios/g", ["scenarios/greet.yaml"]),
        ("harness watch scenarios/", ["scenarios/greet.yaml", "scenarios/shop/"]),
        ("harness run --aff", ["--affected"]),
    ],
)
def test_shells_complete(complete, typed, expected):
    """Commands, options, providers, modes, tags and paths."""
    assert complete(typed) == expected
