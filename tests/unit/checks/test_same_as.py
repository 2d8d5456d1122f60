import json
import re
from dataclasses import replace

import pytest
from check_samples import turn, turn_bringing

from harness.checks import KINDS, PASS, BadExpectation, Options, subject_of
from harness.checks.diff import Likeness, difference
from harness.checks.goldens import GoldenLedger, Goldens
from harness.conversation import Outcome, Transcript
from harness.core.errors import CheckCrashed

SCENARIO = "scenarios/shop/offer.yaml"
OFFER = {"id": 1, "prices": [10.0, 20], "tags": ["a", "b"]}


def goldens_of(folder):
    """The goldens of a project, with nothing read."""
    return Goldens(folder / "project", folder / "project/schemas")


@pytest.fixture
def goldens(tmp_path):
    """The goldens of an empty project."""
    (tmp_path / "project/scenarios/shop").mkdir(parents=True)
    (tmp_path / "project/schemas").mkdir()
    return goldens_of(tmp_path)


@pytest.fixture
def write(tmp_path):
    """Writes a file of the project."""

    def to(name, value):
        file = tmp_path / "project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return file

    return to


def compare(value, payload, goldens, scenario="offer"):
    """The verdict on a payload, as a turn of a scenario brings it."""
    of = turn_bringing(payload)
    transcript = Transcript(scenario=scenario, provider="shop", turns=(of,))
    subject = subject_of(of, transcript=transcript, file=SCENARIO)
    return KINDS["same_as"].compile(value, Options(goldens=goldens))(subject)


@pytest.mark.parametrize("is_updating", [False, True], ids=["comparing", "updating"])
def test_a_path_that_leads_to_nothing(goldens, write, tmp_path, is_updating):
    """It fails with the likely key, also where goldens are rewritten; `[]` is never written."""
    golden = write("schemas/offer.json", [])
    if is_updating:
        (tmp_path / "ledger").mkdir()
        goldens.ledger = GoldenLedger(tmp_path / "ledger")

    verdict = compare({"file": "offer.json", "path": "$.price[*]"}, OFFER, goldens)

    assert verdict.outcome == "failed"
    assert verdict.finding.difference == ("did you mean 'prices'?",)
    assert golden.read_text() == "[]"


@pytest.mark.parametrize("name", ["schemas/offer.json", "scenarios/shop/offer.json"])
def test_a_golden_lies_beside_the_scenario_or_among_the_schemas(goldens, write, name):
    """It is found in both folders by the same name."""
    write(name, OFFER)

    assert compare("offer.json", OFFER, goldens) is PASS


def test_the_golden_beside_the_scenario_comes_first(goldens, write):
    """Where both folders have one of this name, the nearer is taken."""
    write("schemas/offer.json", {"other": 1})
    write("scenarios/shop/offer.json", OFFER)

    assert compare("offer.json", OFFER, goldens) is PASS


def test_a_golden_may_be_yaml(goldens, write):
    """YAML is read as scenarios are: `no` is a text."""
    write("schemas/offer.yaml", "answer: no\ncount: 1\n")

    assert compare("offer.yaml", {"answer": "no", "count": 1.0}, goldens) is PASS


@pytest.mark.parametrize(
    ("value", "payload"),
    [
        ({"path": "$.offer"}, {"offer": OFFER, "at": 7}),
        ({"path": "$..offer"}, {"offer": OFFER}),
        ({"ignore": ["$.id"]}, {**OFFER, "id": 99}),
        ({"ignore": "$.tags[*]"}, {**OFFER, "tags": []}),
        ({"ignore": ["$.later"]}, {**OFFER, "later": 1}),
        ({"unordered": True}, {**OFFER, "tags": ["b", "a"]}),
        ({"tolerance": 0.5}, {**OFFER, "prices": [10.5, 19.5]}),
        ({"unordered": True, "tolerance": 0.5}, {**OFFER, "prices": [20.4, 9.6]}),
    ],
    ids=str,
)
def test_what_does_not_count_is_left_out(goldens, write, value, payload):
    """`path`, `ignore`, `unordered` and `tolerance` each leave out what they say."""
    of_path = [OFFER] if value.get("path") == "$..offer" else OFFER
    write("schemas/offer.json", of_path)

    assert compare({"file": "offer.json", **value}, payload, goldens) is PASS


@pytest.mark.parametrize(
    ("value", "payload", "lines"),
    [
        ({}, {**OFFER, "id": True}, ("~ $.id is true, expected 1",)),
        ({}, {**OFFER, "tags": ["b", "a"]}, None),
        ({"ignore": ["$.id"]}, {**OFFER, "tags": ["a"]}, ("- $.tags[1] is missing: 'b'",)),
        (
            {"unordered": True},
            {**OFFER, "tags": ["a", "a"]},
            None,
        ),
        ({"tolerance": 0.5}, {**OFFER, "prices": [10.6, 20]}, None),
        (
            {"unordered": True, "tolerance": 0.5},
            {**OFFER, "prices": [20.4, 11]},
            ("- $.prices[0] is missing: 10.0", "+ $.prices[1] is not expected: 11"),
        ),
    ],
    ids=str,
)
def test_what_counts_is_told(goldens, write, value, payload, lines):
    """A difference fails, and only what differs is told."""
    write("schemas/offer.json", OFFER)

    finding = compare({"file": "offer.json", **value}, payload, goldens).finding

    assert finding.message == "the payload of the reply differs from schemas/offer.json"
    assert finding.difference
    assert lines is None or finding.difference == lines


IDLE = "ignores $.idd, which matches nothing in the payload or in the golden file"


def test_an_ignored_path_that_leads_to_nothing_is_told(goldens, write):
    """It is misspelt, perhaps: a pass has a note of it, and a failure a line."""
    write("schemas/offer.json", OFFER)
    value = {"file": "offer.json", "ignore": ["$.id", "$.idd"]}

    passed = compare(value, {**OFFER, "id": 99}, goldens)
    failed = compare(value, {**OFFER, "tags": ["a"]}, goldens)

    assert passed.outcome is Outcome.PASSED
    assert passed.reason == f"{IDLE}; did you mean 'id'?"
    assert failed.finding.difference == (
        "- $.tags[1] is missing: 'b'",
        f"note: it {IDLE}; did you mean 'id'?",
    )


@pytest.mark.parametrize("side", ["golden", "payload"])
def test_an_ignored_path_may_lead_to_something_on_one_side_only(goldens, write, side):
    """What comes at times is ignored for that."""
    more = {**OFFER, "later": 1}
    write("schemas/offer.json", more if side == "golden" else OFFER)
    value = {"file": "offer.json", "ignore": "$.later"}

    assert compare(value, OFFER if side == "golden" else more, goldens) is PASS


def test_a_golden_that_is_missing_breaks_the_check(goldens):
    """The error names the command that writes it, and nothing is written."""
    with pytest.raises(CheckCrashed) as caught:
        compare("offer.json", OFFER, goldens)

    assert caught.value.code == "golden-missing"
    assert "scenarios/shop/offer.json" in caught.value.message
    assert "harness run --update" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [("offer.json", "{"), ("offer.yaml", "a: [1"), ("offer.yaml", "a: 1\na: 2"), ("o.json", "NaN")],
)
def test_a_golden_that_cannot_be_read_breaks_the_check(goldens, write, name, content):
    """It is told with the place of the fault."""
    write(f"schemas/{name}", content)

    with pytest.raises(CheckCrashed) as caught:
        compare(name, OFFER, goldens)

    assert caught.value.code == "unreadable-golden"
    assert f"schemas/{name}" in caught.value.message
    assert str(caught.value).count("[unreadable-golden]") == 1
    assert not re.search(r"\[(?!unreadable)[a-z]+-", str(caught.value))


@pytest.mark.parametrize("name", ["../../../outside.json", "a/../../../../outside.json"])
def test_a_golden_never_lies_outside_the_project(goldens, tmp_path, name):
    """A path that climbs out is refused, though the file is there."""
    (tmp_path / "outside.json").write_text(json.dumps(OFFER))

    with pytest.raises(CheckCrashed) as caught:
        compare(name, OFFER, goldens)

    assert caught.value.code == "golden-outside"


def test_a_link_does_not_lead_out_of_the_project(updating, tmp_path):
    """Neither a file nor a folder that is a link to the outside is followed or written."""
    (tmp_path / "outside").mkdir()
    secret = tmp_path / "outside/offer.json"
    secret.write_text(json.dumps(OFFER))
    for folder in ("schemas", "scenarios/shop"):
        (tmp_path / "project" / folder / "away").symlink_to(tmp_path / "outside")
        (tmp_path / "project" / folder / "offer.json").symlink_to(secret)

    for name in ("offer.json", "away/offer.json"):
        with pytest.raises(CheckCrashed, match="golden-outside"):
            compare(name, {**OFFER, "id": 2}, updating)
    assert json.loads(secret.read_text()) == OFFER


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ("/etc/offer.json", "golden-outside", ("file",)),
        ("offer.txt", "wrong-value", ("file",)),
        ("", "wrong-value", ("file",)),
        ({"path": "$.a"}, "missing-key", ()),
        ({"file": "a.json", "ignor": []}, "unknown-key", ("ignor",)),
        ({"file": "a.json", "path": "a"}, "invalid-path", ("path",)),
        ({"file": "a.json", "ignore": ["$.a", "b"]}, "invalid-path", ("ignore", 1)),
        ({"file": "a.json", "unordered": 1}, "wrong-value", ("unordered",)),
        ({"file": "a.json", "tolerance": -1}, "wrong-value", ("tolerance",)),
    ],
    ids=str,
)
def test_a_value_that_makes_no_sense_is_refused(value, code, path):
    """It is told when the scenario is read, at its place."""
    with pytest.raises(BadExpectation) as caught:
        KINDS["same_as"].compile(value, Options())

    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_path_that_leads_nowhere_fails(goldens, write):
    """It is told apart from a value that differs, with the likely key."""
    write("schemas/offer.json", OFFER)

    finding = compare({"file": "offer.json", "path": "$.ofer"}, {"offer": 1}, goldens).finding

    assert finding.message.startswith("nothing at $.ofer")
    assert finding.difference == ("did you mean 'offer'?",)


def test_a_golden_is_read_once(goldens, write):
    """What was read is kept: the file may change under a run that writes no goldens."""
    file = write("schemas/offer.json", OFFER)
    assert compare("offer.json", OFFER, goldens) is PASS

    file.write_text("{}")

    assert compare("offer.json", OFFER, goldens) is PASS


@pytest.fixture
def updating(goldens, tmp_path):
    """The same goldens in a run that rewrites them."""
    (tmp_path / "ledger").mkdir()
    goldens.ledger = GoldenLedger(tmp_path / "ledger")
    return goldens


JSON_TEXT = """\
{
  "id": 1,
  "prices": [
    10.0,
    20
  ],
  "tags": [
    "a",
    "b"
  ]
}
"""


def test_a_golden_of_json_is_laid_out(updating, tmp_path):
    """Each value has its own line, indented by two spaces, so that a review shows what changed."""
    compare("new.json", OFFER, updating)

    text = (tmp_path / "project/scenarios/shop/new.json").read_text(encoding="utf-8")
    assert text == JSON_TEXT


@pytest.mark.parametrize("name", ["new.json", "new.yaml"])
def test_a_golden_can_be_read_in_any_language(updating, tmp_path, name):
    """Letters and emoji are written as they are, and not as escapes."""
    compare(name, {"text": "Schönen Gruß, 日本 🎉"}, updating)

    text = (tmp_path / "project/scenarios/shop" / name).read_text(encoding="utf-8")
    assert "Schönen Gruß, 日本 🎉" in text


@pytest.mark.parametrize("name", ["new.json", "deep/er/new.yaml"])
def test_a_missing_golden_is_created(updating, tmp_path, name):
    """It lies beside the scenario, holds what came, and the ledger tells of it."""
    assert compare(name, OFFER, updating) is PASS

    file = tmp_path / "project/scenarios/shop" / name
    assert goldens_of(tmp_path).value(file.resolve()) == OFFER
    assert [(one.done, one.golden) for one in updating.ledger.written()] == [
        ("created", str(file.resolve()))
    ]
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_golden_that_differs_is_rewritten(updating, write):
    """What differed is kept for the closing summary."""
    file = write("schemas/offer.json", {**OFFER, "id": 7})

    assert compare("offer.json", OFFER, updating) is PASS

    assert json.loads(file.read_text()) == OFFER
    entry = updating.ledger.written()[0]
    assert (entry.done, entry.lines) == ("rewritten", ("~ $.id is 1, expected 7",))
    assert entry.who == "offer[shop], turn 1"


def test_a_golden_that_is_alike_stays_as_it_is(updating, write):
    """What is ignored, or the way in which the file is written, makes no difference."""
    file = write("schemas/offer.json", '{"id":5,"prices":[10.0,20],"tags":["a","b"]}')

    assert compare({"file": "offer.json", "ignore": "$.id"}, OFFER, updating) is PASS

    assert file.read_text().startswith('{"id":5,')
    assert updating.ledger.written() == []


@pytest.mark.parametrize("before", [OFFER, {"old": 1}, None], ids=["alike", "other", "missing"])
def test_two_different_answers_are_an_error(updating, write, before):
    """The second does not overwrite what the first has settled; both are named."""
    if before is not None:
        write("schemas/offer.json", before)
    compare("offer.json", OFFER, updating, scenario="first")
    file = updating.file("offer.json", SCENARIO)

    with pytest.raises(CheckCrashed) as caught:
        compare("offer.json", {**OFFER, "id": 2}, updating, scenario="second")

    assert caught.value.code == "golden-conflict"
    assert "first[shop], turn 1 and second[shop], turn 1" in caught.value.message
    assert json.loads(file.read_text()) == OFFER


def test_another_process_of_the_run_is_respected(updating, write, tmp_path):
    """With a ledger in common, the second process sees what the first has written."""
    write("schemas/offer.json", {"old": 1})
    other = goldens_of(tmp_path)
    other.ledger = GoldenLedger(updating.ledger.folder)
    assert other.value(other.file("offer.json", SCENARIO)) == {"old": 1}
    compare("offer.json", OFFER, updating, scenario="first")

    assert compare("offer.json", OFFER, other, scenario="second") is PASS
    with pytest.raises(CheckCrashed, match="golden-conflict"):
        compare("offer.json", {"new": 1}, other, scenario="third")


def test_a_golden_that_cannot_be_written_breaks_the_check(updating, write):
    """Nothing else is touched, and nothing half-written is left."""
    file = write("scenarios/shop/offer.json", {"old": 1})

    with pytest.raises(CheckCrashed, match="golden-not-written"):
        compare("offer.json/inner.json", OFFER, updating)
    assert json.loads(file.read_text()) == {"old": 1}
    assert updating.ledger.written() == []


def test_a_part_of_a_reply_has_no_earlier_turns():
    """A subject without a transcript knows of no other turn."""
    assert subject_of(turn()).earlier == {}


def test_earlier_turns_are_known_by_number():
    """Only replies of turns before are there; the own and later ones are not."""
    turns = tuple(replace(turn_bringing({"n": n}), number=n) for n in (1, 2, 3))
    transcript = Transcript(scenario="s", provider="p", turns=turns)

    assert subject_of(turns[1], transcript=transcript).earlier == {1: {"n": 1}}


@pytest.mark.parametrize(
    ("expected", "actual", "lines"),
    [
        ([1, 1, 2], [2, 2, 1], 2),
        ([{"p": 1.0}, {"p": 5}], [{"p": 6}, {"p": 1.004}], 2),
        ([[1, 2], [3]], [[3], [2, 1]], 0),
        ({"a": [1.0], "b": []}, {"a": [], "b": [1.004]}, 2),
        ({"a": [], "b": [1.0]}, {"a": [1.004], "b": []}, 2),
    ],
    ids=str,
)
def test_an_unordered_difference_leaves_out_what_is_alike(expected, actual, lines):
    """Items that were found again in the same list, near or elsewhere in it, are not told."""
    found = difference(expected, actual, likeness=Likeness(unordered=True, tolerance=0.01))

    assert len(found) == lines, found


def test_many_differences_are_cut():
    """Twelve lines are shown, and the rest is counted."""
    lines = difference([*range(20)], [*range(100, 120)])

    assert len(lines) == 13
    assert lines[-1] == "… and 8 more lines"


@pytest.mark.parametrize(("before", "is_whole"), [(f"{'a' * 49}b", True), (f"{'a' * 50}b", False)])
def test_texts_of_a_hundred_characters_together_are_not_cut(before, is_whole):
    """That is as much as a line of a terminal shows; of longer ones, only a part is shown."""
    lines = difference({"a": before}, {"a": f"{'a' * 49}c"})

    assert ("…" not in lines[0]) is is_whole, lines


def test_long_texts_are_cut_to_where_they_differ():
    """Twelve characters before the difference are shown, and 50 in all."""
    before, after = "0123456789" * 6, "abcdefghij" * 6

    lines = difference({"a": f"{before}!{after}"}, {"a": f"{before}?{after}"})

    near, end = before[-12:], after[:37]
    assert lines == (f"~ $.a is '…{near}?{end}…', expected '…{near}!{end}…'",)
