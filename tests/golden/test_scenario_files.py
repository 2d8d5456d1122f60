from __future__ import annotations

import subprocess
import sys

import pytest
from composed_cases import COMPOSED
from golden_texts import TEXTS, stale
from scenario_cases import CASES, HEAD, TURN, expecting
from slip_cases import SLIPS, saying

from harness.config import read_config
from harness.project.loading import load_scenario
from harness.project.project import Project
from tests.processes import PYTEST

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("case", CASES)
def test_fault_of_a_scenario_file(case, project, harness, golden):
    """`harness lint` names each fault in exact words, and exits with 1."""
    project.write("scenarios/dress.yaml", CASES[case])

    said = harness("lint")

    golden(f"scenario-files/{case}", said.text)
    assert said.status == 1


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    several = {f"several/{name}" for name in (*SEVERAL, *DOUBTS, *UNUSED_FILES, *NEVER_SO)}
    slips = {f"slips/{name}" for name in SLIPS}

    assert stale("scenario-files", {*CASES, *several, *slips}) == set()


SEVERAL = {
    "one-id-twice": {"a.yaml": TURN, "b.yaml": TURN},
    "one-id-in-two-cases": {"a.yaml": TURN, "b.yaml": TURN.replace("dress", "Dress", 1)},
    "one-id-three-times": {"a.yaml": TURN, "sub/b.yaml": TURN, "sub/c.yaml": f"\n{TURN}"},
    "problems-of-all-files": {
        "a.yaml": CASES["unknown/check"],
        "b.yaml": TURN,
        "c.yaml": CASES["syntax/tab-before-a-key"],
    },
    **COMPOSED,
}


@pytest.mark.parametrize("case", SEVERAL)
def test_faults_of_several_files(case, project, harness, golden):
    """Problems of all files come at once; of two files with one id, both are named."""
    for name, content in SEVERAL[case].items():
        project.write(f"scenarios/{name}", content)

    said = harness("lint")

    golden(f"scenario-files/several/{case}", said.text)
    assert said.status == 1


@pytest.mark.parametrize("case", SLIPS)
def test_slip_in_a_scenario(case, project, harness, golden):
    """What would be played otherwise than it was meant is told, with what to write instead."""
    for name, content in SLIPS[case].items():
        project.write(f"scenarios/{name}", content)

    said = harness("lint")

    golden(f"scenario-files/slips/{case}", said.text)
    assert said.status == 1


FRAGMENT = "turns:\n  - user: Hello ${name}\n    expect: none\n"
UNUSED_FILES = {
    "file-whose-ending-is-misspelt": {
        "a.yaml": TURN,
        "b.ymal": TURN,
        "c.xml": "",
        "d.yaml.bak": "",
    },
    "fragment-that-nobody-includes": {
        "a.yaml": TURN,
        "fragments/f.yaml": FRAGMENT.replace("${name}", "there"),
    },
    "parameter-that-nobody-uses": {
        "a.yaml": "scenario: dress\nturns:\n"
        "  - include: {file: fragments/f.yaml, with: {colour: red}}\n"
        "  - user: Bye\n    expect: {contains: bye}\n",
        "fragments/f.yaml": "parameters: {name: you, colour: pink}\n" + FRAGMENT,
    },
    "cells-with-blanks": {
        "a.yaml": TURN.replace("Hello", "${a} ${b}") + "matrix: {file: rows.csv}\n",
        "rows.csv": "name,a,b\nx,1,2\ny, 1,2\nz,1,\nu,1,\n",
    },
    "variable-of-defaults-that-nobody-uses": {
        "defaults.yaml": "vars: {size: 38, near: 1, word: Hello, own: 2}\n",
        "sub/defaults.yaml": "vars: {word: Hi, far: 3}\n",
        "a.yaml": TURN.replace("Hello", "${size} ${far}") + "vars: {far: 4}\n",
        "sub/b.yaml": saying("${word} ${own}").replace("dress", "b", 1).replace("colour", "own"),
    },
    "stop-in-the-last-turn": {"a.yaml": f"{TURN}    on_fail: stop\n"},
    "stop-in-the-last-turn-of-a-branch": {
        "a.yaml": f"{HEAD}"
        "  - {id: a, user: Hi, expect: none, on_fail: stop}\n"
        "  - {user: One, expect: none, on_fail: stop}\n"
        "  - branch: {from: a, name: other}\n"
        "  - {user: Two, expect: none, on_fail: stop}\n"
        "  - {user: Three, expect: none, on_fail: stop}\n"
        "teardown:\n"
        "  - {user: Off, on_fail: stop}\n"
        "  - {user: Bye, on_fail: stop}\n",
    },
    "setup-that-shall-go-on": {
        "a.yaml": f"{TURN}setup:\n  - {{user: Hi, expect: none, on_fail: continue}}\n"
    },
    "one-take": {"a.yaml": f"{TURN}repeat: 1\n"},
    "one-take-that-must-pass": {"a.yaml": f"{TURN}repeat: {{takes: 1, pass: 1}}\n"},
    "capture-of-a-variable": {
        "a.yaml": f"vars: {{colour: pink, size: 38}}\n{HEAD}"
        "  - user: ${size} ${colour}\n    expect: none\n"
        "    capture: {colour: $.text, size: $.text}\n"
        "  - user: Then ${colour}\n    expect: none\n",
    },
    "capture-of-a-column": {
        "a.yaml": f"matrix: {{colour: [pink]}}\n{HEAD}"
        "  - user: Hi\n    expect: {contains: '${colour}'}\n"
        "    capture: {colour: $.text}\n",
    },
}


@pytest.mark.parametrize("case", UNUSED_FILES)
def test_what_is_there_for_nothing(case, project, harness, golden):
    """Files, parameters and cells that may have no effect are warnings."""
    for name, content in UNUSED_FILES[case].items():
        project.write(f"scenarios/{name}", content)

    usual, strict = harness("lint"), harness("lint", "--strict")

    golden(f"scenario-files/several/{case}", usual.text)
    assert (usual.status, strict.status) == (0, 1)


@pytest.mark.parametrize("paths", [("scenarios/a.yaml",), ("scenarios/defaults.yaml",)])
def test_defaults_are_not_doubted_where_some_scenarios_are_not_read(paths, project, harness):
    """A scenario that was not named may use the variable."""
    for name, content in UNUSED_FILES["variable-of-defaults-that-nobody-uses"].items():
        project.write(f"scenarios/{name}", content)

    said = harness("lint", *paths)

    assert said.status == 0
    assert said.text.endswith("1 scenario file, 0 problems\n") or said.text == (
        "0 scenario files, 1 other file, 0 problems\n"
    )


OTHER_BOT = """\
provider: shop
providers:
  shop:
    definition: connectly
    settings: {base_url: 'http://a', business_id: b, api_key: '${env.K}', agent_descriptor_id: c}
  trip:
    definition: bighummingbird
    settings: {base_url: 'http://a'}
"""
NEVER_SO = {
    "skip-against-another-provider": "skip: {reason: later, when: {provider: trip}}",
    "credentials-of-a-provider-without": "provider: trip\ncredentials: wrong",
}


@pytest.mark.parametrize("case", NEVER_SO)
def test_what_never_applies_to_the_providers(case, project, harness, golden):
    """A condition on a provider that is not played, and other credentials where there are none."""
    project.write("harness.yaml", OTHER_BOT)
    project.write("scenarios/dress.yaml", f"{TURN}{NEVER_SO[case]}\n")

    said = harness("lint")

    golden(f"scenario-files/several/{case}", said.text)
    assert said.status == 1


DOUBTS = {
    f"A7-{name}": expecting(check)
    for name, check in {
        "schema-of-a-type": "schema: {type: object}",
        "schema-of-two-types": "schema: {type: [object, array]}",
        "length-of-at-least-none": "json: {'$..foo': {length: {at_least: 0}}}",
        "whole-payload-exists": "json: {$: {exists: true}}",
        "contains-a-blank": "contains: ' '",
        "not-contains-with-quotation-marks": "not_contains: [sorry, “I cannot”]",
        "contains-any-of-a-blank": "contains_any: [free, ' ']",
        "count-between": "messages: {count: {between: [0, 999]}}",
        "count-of-buttons": "actions: {count: {at_most: 500}}",
        "count-in-a-choice": "any_of: [{contains: a}, {products: {count: {less_than: 1000}}}]",
        "pattern-of-anything": "matches: .+",
        "pattern-of-a-word": "matches: '\\w'",
        "pattern-of-a-value": "json: {$.text: {matches: '^.'}}",
        "max-words": "max_words: 100000",
        "latency": "latency: {under: 60m}",
        "reading": "reading: {grade: {at_most: 100}}",
    }.items()
}


@pytest.mark.parametrize("case", DOUBTS)
def test_a7_a_check_that_cannot_fail(case, project, harness, golden):
    """A warning says so, and a strict lint takes it for a problem."""
    project.write("scenarios/dress.yaml", DOUBTS[case])

    usual, strict = harness("lint"), harness("lint", "--strict")

    golden(f"scenario-files/several/{case}", usual.text)
    assert usual.text.startswith("warning: ")
    assert (usual.status, strict.status) == (0, 1)
    assert strict.text == usual.text.removeprefix("warning: ").replace(
        "0 problems, 1 warning", "1 problem"
    )


CAN_FAIL = (
    "schema: {type: object, required: [text]}",
    "schema: {properties: {text: {type: string}}}",
    "schema: {type: array}",
    "json: {$.a: {exists: true}}",
    "json: {$: {type: array}}",
    "json: {'$..foo': {length: {at_least: 1}}}",
    "messages: {count: {between: [1, 3]}}",
    "messages: {count: {at_most: 50}}",
    "not_contains: ' '",
    "not: {contains: ' '}",
    "not: {matches: .+}",
    "matches: '[a-z]'",
    "matches: '(?s)^(?!.*sorry)'",
    "not_matches: .+",
    "min_words: 1",
    "max_words: 500",
    "latency: {under: 60s}",
    "reading: {grade: {at_most: 8}}",
    "like: {a: <any>}",
    "json: {$.text: {length: {at_most: 160}}}",
    "json: {$..error: {exists: false}}",
    "json: {$..error: {length: 0}}",
    "json: {$..error: {length: {at_most: 3}}}",
)


@pytest.mark.parametrize("check", CAN_FAIL)
def test_a7_a_check_that_can_fail_is_no_doubt(check, project, harness):
    """No warning where a likely reply is enough to fail it."""
    project.write("scenarios/dress.yaml", expecting(check))

    assert harness("lint", "--strict").text == "1 scenario file, 0 problems\n"


MEANT = {
    "comment": "Hello # a comment",
    "comment-behind-quotes": "'Order 17' #17",
    "comment-behind-a-block": "|  #17\n      Order #17",
    "hash-in-a-word": "Order#17",
    "other-names-in-braces": "A {size} or {{size}} for $size",
    "variable-in-letters": "${'$colour'} ${'{colour}'} ${'{{colour}}'} $${colour}",
    "variable": "A ${colour} dress",
    "empty": "''",
    "tilde": "~",
}


@pytest.mark.parametrize("case", MEANT)
def test_what_may_be_meant_as_it_stands(case, project, harness):
    """Comments, braces and empty texts that say what they mean are no problem."""
    project.write("scenarios/dress.yaml", saying(MEANT[case]))

    said = harness("lint")

    assert "\n1 scenario file, 0 problems" in f"\n{said.text}"


@pytest.mark.parametrize("check", ["not_contains: '{colour}'", "not: {contains: $colour}"])
def test_a_placeholder_that_must_not_be_said(check, project, harness):
    """A check may look for what another tool did not fill in."""
    project.write("scenarios/dress.yaml", f"vars: {{colour: pink}}\n{expecting(check)}")

    said = harness("lint")

    assert "\n1 scenario file, 0 problems" in f"\n{said.text}"


def test_an_include_at_the_top_may_be_a_text(project, harness):
    """One fragment needs no list, as in a turn."""
    project.write("scenarios/a.yaml", f"{TURN}include: fragments/f.yaml\n")
    project.write("scenarios/fragments/f.yaml", TURN.removeprefix("scenario: dress\n"))

    scenario = load(project, "a")

    places = [str(turn.place) for turn in scenario.user_turns]
    assert places == ["scenarios/fragments/f.yaml:2:5", "scenarios/a.yaml:3:5"]


UNUSED = {
    "variable": ("vars: {a: 1, b: '${a}'}\n", "7:14: the variable 'b' is never used"),
    "list": ("matrix: {a: [1]}\n", "7:10: the matrix's 'a' is never used"),
    "column": (
        "matrix: {file: rows.csv}\n",
        "7:16: the column 'b' of the matrix's file is never used",
    ),
    "capture": ("", "6:21: turn 1: the capture 'word' is never used"),
}


@pytest.mark.parametrize("case", UNUSED)
def test_names_that_are_never_used(case, project, harness):
    """They are warnings; a strict lint takes them for problems."""
    top, told = UNUSED[case]
    capture = "    capture: {word: $.text}\n" if case == "capture" else "\n"
    asks = "${a}" if case == "column" else "Hi"
    text = f"{HEAD}  - user: {asks}\n    expect: {{contains: Hi}}\n\n{capture}{top}"
    project.write("scenarios/dress.yaml", text)
    project.write("scenarios/rows.csv", "name,a,b\nx,Hi,2\n")

    strict, usual = harness("lint", "--strict"), harness("lint")

    assert strict.text.startswith(f"scenarios/dress.yaml:{told}\n")
    assert strict.text.endswith("[unused-name]\n1 scenario file, 1 problem\n")
    assert (strict.status, usual.status) == (1, 0)
    assert usual.text.startswith(f"warning: scenarios/dress.yaml:{told}\n")
    assert usual.text.endswith("\n1 scenario file, 0 problems, 1 warning\n")


def test_one_id_twice_under_pytest(project):
    """Pytest collects the first of two files with one id, and tells of the other."""
    project.write("scenarios/a.yaml", TURN)
    project.write("scenarios/b.yaml", TURN)
    command = [*PYTEST, "-q", "--collect-only"]
    command += ["-p", "no:cacheprovider"]

    run = subprocess.run(command, check=False, capture_output=True, text=True)

    assert "scenarios/a.yaml::dress[shop]" in run.stdout
    assert "scenarios/b.yaml:1: the id 'dress' is already used by scenarios/a.yaml:1" in run.stdout
    assert "[duplicate-scenario]" in run.stdout
    assert "Traceback" not in run.stdout


AS_WRITTEN = {
    "no": "no",
    "yes": "yes",
    "off": "off",
    "12:30": "12:30",
    "012": "012",
    "0o14": "0o14",
    "2024-01-02": "2024-01-02",
    "1_000": "1_000",
    "1e3": "1e3",
    "1.50": "1.50",
    "~": "~",
    "true": "true",
    "null": "null",
    ".5": ".5",
    "+7": "+7",
    '"007"': "007",
    "'no'": "no",
}


@pytest.mark.parametrize("written", AS_WRITTEN)
@pytest.mark.parametrize("check", ["equals", "contains", "contains_any", "starts_with"])
def test_a_text_is_read_as_it_was_written(written, check, project):
    """Where a text is wanted, what YAML takes for something else is the text of the file."""
    wanted = f"[{written}]" if check == "contains_any" else written
    project.write(
        "scenarios/dress.yaml",
        f"scenario: dress\ntitle: {written}\nturns:\n"
        f"  - user: {written}\n    expect:\n      {check}: {wanted}\n",
    )

    scenario = load(project)

    turn = scenario.user_turns[0]
    expected = AS_WRITTEN[written]
    assert turn.message.text.render({}) == expected
    assert turn.expectations[0].value.render({}) in (expected, [expected])
    assert scenario.title == expected


def test_a_byte_order_mark_is_no_part_of_the_text(project):
    """A UTF-8 file may begin with a byte order mark."""
    project.write("scenarios/dress.yaml", b"\xef\xbb\xbf" + TURN.encode())

    scenario = load(project)

    assert scenario.id == "dress"
    assert str(scenario.place).endswith("dress.yaml:1:11")


@pytest.mark.parametrize("ends", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_line_ends_of_other_systems(ends, project, harness):
    """Places are right whatever ends a line."""
    project.write("scenarios/dress.yaml", expecting("containz: hello").replace("\n", ends))

    said = harness("lint")

    assert said.text.startswith("scenarios/dress.yaml:5:7: turn 1: unknown check 'containz'\n")
    assert "    5 |       containz: hello\n" in said.text


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\u2029"], ids=["2028", "85", "2029"])
def test_a_line_is_what_yaml_takes_for_one(character, project, harness):
    """Characters that other programs take for a line's end do not shift the line that is shown."""
    project.write("scenarios/dress.yaml", f"# a{character}b\n{expecting('containz: hello')}")

    said = harness("lint")

    assert said.text.startswith("scenarios/dress.yaml:6:7: turn 1: unknown check 'containz'\n")
    assert "    6 |       containz: hello\n" in said.text


def test_a_tag_of_python_runs_nothing(project, harness):
    """A tag that would call a function is refused, and nothing is called."""
    project.write("scenarios/dress.yaml", CASES["yaml-tags/python-call"])

    harness("lint")

    assert not (project.path / "ran").exists()


BOMBS = {
    "alias-bomb": CASES["aliases/bomb"],
    "alias-to-itself": CASES["aliases/of-itself"],
    "5000-levels-of-lists": f"{HEAD}  - {'[' * 5000}",
    "5000-levels-of-mappings": f"{HEAD}  - " + "{a: " * 5000,
    "5000-levels-of-indentation": "".join(f"{' ' * n}a:\n" for n in range(1500)),
    "100-megabytes": b"scenario: dress\n" + b"# padding\n" * (10 * MEGABYTE),
    "100000-turns": HEAD + "  - user: Hello\n    expect: none\n" * 100_000,
}


LINT_IN_BOUNDS = """
import pathlib, re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
sys.argv = ["harness", "lint"]
from harness.cli import main
try:
    main()
finally:
    # Of this program alone; getrusage knows the process that started it as well.
    status = pathlib.Path("/proc/self/status")
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
    pathlib.Path("peak.txt").write_text(peak[1] if peak else "0")
"""
"""Writes the greatest memory in kilobytes; 0 where the system does not tell."""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_would_eat_the_machine(bomb, project):
    """A limit is named, in bounded memory and processor time."""
    project.write("scenarios/dress.yaml", BOMBS[bomb])
    command = [sys.executable, "-c", LINT_IN_BOUNDS]

    run = subprocess.run(command, check=False, capture_output=True, text=True)

    assert run.returncode == 1
    assert int((project.path / "peak.txt").read_text()) < 200 * 1024
    codes = ("too-many-nodes", "recursive-alias", "too-deep", "too-large")
    assert any(f"[{code}]" in run.stdout for code in codes)
    assert run.stderr == ""
    assert len(run.stdout) < 2000


def test_a_path_that_is_no_file(project, harness):
    """A path that leads nowhere is named."""
    said = harness("lint", "scenarios/dres.yaml")

    assert said.text == "scenarios/dres.yaml: there is no such file [no-such-file]\n"
    assert said.status == 2


def test_an_unreadable_file(project, harness):
    """A file that cannot be read is named with the system's reason."""
    (project.path / "scenarios").mkdir()
    (project.path / "scenarios/dress.yaml").symlink_to("dress.yaml")

    said = harness("lint", "scenarios")

    assert said.text == (
        "scenarios/dress.yaml: the file cannot be read: Too many levels of symbolic links"
        " [unreadable-file]\n1 scenario file, 1 problem\n"
    )


def test_the_folder_of_texts_is_there():
    """The golden texts are found."""
    assert TEXTS.is_dir()


def load(project, name="dress"):
    config = read_config(project.path / "harness.yaml")
    return load_scenario(Project(config), project.path / f"scenarios/{name}.yaml")
