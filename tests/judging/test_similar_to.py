"""The check `similar_to`, asked over a real connection, recorded and replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.conversation import Outcome
from harness.core import ConfigurationError
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import JudgeMode
from tests.json_server import serving_json
from tests.judging.embedding_server import Embedding, EmbeddingHandler

CONFIG = """\
providers:
  bot: {definition: openai-chat, settings: {base_url: '${env.URL}', model: shop}}
  embedder:
    definition: openai-embeddings
    retries: 0
    settings: {base_url: '${env.URL}', api_key: '${env.KEY}', model: '${env.MODEL}'}
  second: {definition: openai-embeddings, settings: {base_url: '${env.URL}', model: m9}}
similarity: %s
"""
TEXT = "Posting costs no fee from 50 dollars on."
NEAR = f"{{similar_to: {{text: {TEXT}, at_least: 0.9}}}}"
FILE = Path("scenarios/shipping.yaml")


@dataclass
class ComparedProject:
    """A project with one scenario, whose bot and model of embeddings are one server."""

    folder: Path
    embedding: Embedding
    environment: Mapping[str, str]

    def configure(self, similarity: str = "embedder") -> None:
        """Write harness.yaml."""
        (self.folder / "harness.yaml").write_text(CONFIG % similarity, encoding="utf-8")

    def expect(self, checks: str) -> None:
        """Write the scenario: one turn with these checks, in YAML's short form."""
        file = self.folder / FILE
        file.parent.mkdir(exist_ok=True)
        turns = f"turns:\n- user: What does shipping cost?\n  expect: {checks}\n"
        file.write_text(f"scenario: shipping\nprovider: bot\n{turns}", encoding="utf-8")

    def run(
        self, mode: Mode = Mode.REPLAY, judge: JudgeMode | None = None, **environment: str
    ) -> ScenarioResult:
        """Play the scenario; a replay has no variables but those that are given."""
        asks = mode.is_live or (judge is not None and judge.asks)
        known = {**(self.environment if asks else {}), **environment}
        base = Project.at(self.folder / "harness.yaml")
        play = Play(file=self.folder / FILE, scenario="shipping", provider="bot")
        return Runner(Project(base.config, environment=known), mode, judging=judge).run(play)

    @property
    def sidecar(self) -> Path:
        """The recording of the vectors."""
        return self.folder / "cassettes" / "bot" / "judged" / "embedder" / "shipping.yaml"


@pytest.fixture
def compared(tmp_path: Path) -> Iterator[ComparedProject]:
    """A project with a model that counts words."""
    embedding = Embedding()
    with serving_json(EmbeddingHandler, embedding=embedding) as url:
        environment = {"URL": url, "KEY": "sk-embedder-key-1", "MODEL": "m1"}
        project = ComparedProject(tmp_path, embedding, environment)
        project.configure()
        yield project


def test_a_text_about_the_same_passes(compared):
    """Both texts are asked for with the model and the key of the provider."""
    compared.expect(NEAR)

    result = compared.run(Mode.RECORD)

    assert result.outcome is Outcome.PASSED
    assert [body["input"] for body in compared.embedding.asked] == [compared.embedding.bot, TEXT]
    first = compared.embedding.asked[0]
    assert (first["model"], first["encoding_format"]) == ("m1", "float")
    assert first["authorization"] == "Bearer sk-embedder-key-1"
    assert "dimensions" not in first
    assert "sk-embedder-key-1" not in compared.sidecar.read_text()


def test_a_text_about_something_else_fails(compared):
    """The failure has the similarity, the text and the model."""
    compared.expect(NEAR)
    compared.embedding.bot = "We are open on Monday at all hours."

    (check,) = compared.run(Mode.RECORD).checks

    assert check.outcome is Outcome.FAILED
    assert check.message == (
        "the similarity of the reply to the text is 0.0411, expected at least 0.9"
    )
    assert check.expected == f"{TEXT} (similarity of at least 0.9)"
    assert check.actual == "We are open on Monday at all hours."
    assert check.difference == ("by embedder (m1)",)


@pytest.mark.parametrize("bot", ["Delivery is free from 50 dollars on.", "Open on Monday."])
def test_a_replay_asks_nothing_and_says_the_same(compared, bot):
    """Without a network and without variables, from the recording alone."""
    compared.embedding.bot = bot
    compared.expect(NEAR)
    recorded = compared.run(Mode.RECORD)
    asked = len(compared.embedding.asked)

    replayed = compared.run()

    assert (asked, len(compared.embedding.asked), compared.embedding.talked) == (2, 2, 1)
    assert replayed.outcome is recorded.outcome
    assert [one.message for one in replayed.checks] == [one.message for one in recorded.checks]
    assert all(one.answer.is_recorded for one in replayed.checks[0].opinions)
    assert replayed.notes == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("text", "the conversation, the check or the prompt changed"),
        ("model", "the setting 'model' was 'm1', and is now 'm2'"),
        ("sidecar", "there is no recording cassettes/bot/judged/embedder/shipping.yaml"),
    ],
)
def test_a_change_is_a_miss(compared, change, reason):
    """A vector of another text, or of another model, is never compared."""
    compared.expect(NEAR)
    compared.run(Mode.RECORD)
    if change == "text":
        compared.expect(NEAR.replace("Posting", "Shipping"))
    elif change == "sidecar":
        compared.sidecar.unlink()

    result = compared.run(**({"MODEL": "m2"} if change == "model" else {}))

    assert [check.code for check in result.checks] == ["embedding-not-recorded"]
    assert reason in result.checks[0].message
    assert "--judge record scenarios/shipping.yaml" in result.checks[0].message


def test_a_changed_reply_is_a_miss(compared):
    """The vector of another reply does not count for this one; that of the text stays."""
    compared.expect(NEAR)
    compared.run(Mode.RECORD)
    compared.embedding.bot = "Shipping is never free."
    compared.run(Mode.REFRESH, JudgeMode.REPLAY)

    assert [check.code for check in compared.run().checks] == ["embedding-not-recorded"]
    assert compared.run(judge=JudgeMode.RECORD).outcome is Outcome.PASSED
    assert len(compared.embedding.asked) == 3


@pytest.mark.parametrize(
    ("keep", "bot", "asked"),
    [
        ("[figures]", "Delivery is free from 50 dollars on.", 2),
        ("[figures]", "Delivery is free from USD 50.00 on.", 2),
        ("[figures]", "Delivery is free from 500 dollars on.", 0),
        ("[]", "Delivery is free from 500 dollars on.", 2),
    ],
)
def test_figures_are_kept(compared, keep, bot, asked):
    """A reply without a figure of the text fails, and no model is asked about it."""
    compared.expect(NEAR.replace("0.9}", f"0.9, keep: {keep}}}"))
    compared.embedding.bot = bot

    (check,) = compared.run(Mode.RECORD).checks

    assert check.outcome is (Outcome.PASSED if asked else Outcome.FAILED)
    assert len(compared.embedding.asked) == asked
    if not asked:
        assert check.message == "the reply does not say '50 dollars', which the text says"


BAD_ANSWERS = {
    "null": (None, "embedding-unreadable", "not one vector"),
    "text": ("0.1 0.2", "embedding-unreadable", "expected a list of numbers"),
    "object": ({"x": 1}, "embedding-unreadable", "expected a list of numbers"),
    "empty": ([], "embedding-unreadable", "an empty list"),
    "a text among numbers": ([1, "2"], "embedding-unreadable", "number 2 of the vector is '2'"),
    "true among numbers": ([1, True], "embedding-unreadable", "number 2 of the vector is true"),
    "zero": ([0, 0.0], "embedding-unreadable", "all numbers of the vector are 0"),
    "too large": ([1e308, 1], "embedding-unreadable", "number 1 of the vector is 1e+308"),
    "nan": ([1, float("nan")], "embedding-failed", "NaN"),
    "infinity": ([1, float("inf")], "embedding-failed", "Infinity"),
    "several": ([[1, 2], [3, 4]], "embedding-unreadable", "number 1 of the vector is"),
}


@pytest.mark.parametrize(("answer", "code", "reason"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
@pytest.mark.parametrize("inside", ["%s", "{not: %s}", "{any_of: [%s, {contains: Tuesday}]}"])
def test_an_answer_without_a_vector_is_broken(compared, answer, code, reason, inside):
    """Live and replayed, also inside `not`: it says nothing about the bot."""
    compared.expect(inside % NEAR)
    compared.embedding.answer = lambda _: answer

    recorded = compared.run(Mode.RECORD)
    replayed = compared.run()

    for result in (recorded, replayed):
        assert result.outcome is Outcome.BROKEN
        assert [check.code for check in result.checks] == [code]
        assert reason in result.checks[0].message


def test_vectors_of_other_lengths_are_broken(compared):
    """They are not of one model."""
    compared.expect(NEAR)
    compared.embedding.answer = lambda text: [1.0] * len(text.split())

    (check,) = compared.run(Mode.RECORD).checks

    assert (check.outcome, check.code) == (Outcome.BROKEN, "embedding-unreadable")
    assert check.message == (
        "embedder: the vectors have 7 and 8 numbers, so that they cannot be compared"
    )


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_model_that_fails_is_broken_and_asked_again(compared, status):
    """Its failure is recorded, and the next recording asks again."""
    compared.expect(NEAR)
    compared.embedding.status = status

    assert [one.code for one in compared.run(Mode.RECORD).checks] == ["embedding-failed"]
    assert [one.code for one in compared.run().checks] == ["embedding-failed"]

    compared.embedding.status = 200

    assert compared.run(judge=JudgeMode.RECORD).outcome is Outcome.PASSED
    assert compared.run().outcome is Outcome.PASSED


def test_an_empty_reply_fails_unasked(compared):
    """It is similar to no text, and APIs refuse an empty one."""
    compared.expect(NEAR)
    compared.embedding.bot = ""

    (check,) = compared.run(Mode.RECORD).checks

    assert check.outcome is Outcome.FAILED
    assert check.message == "the reply has no text, so it is not similar"
    assert compared.embedding.asked == []


def test_off_skips_the_check(compared):
    """It is skipped with the reason, and nothing is asked."""
    compared.expect(NEAR)

    (check,) = compared.run(Mode.RECORD, JudgeMode.OFF).checks

    assert check.outcome is Outcome.SKIPPED
    assert check.message == "no judge is asked: --judge off"
    assert compared.embedding.asked == []


def test_by_names_another_provider(compared):
    """Each has a recording of its own."""
    compared.configure("[embedder, second]")
    compared.expect(NEAR.replace("0.9}", "0.9, by: second}"))

    assert compared.run(Mode.RECORD).outcome is Outcome.PASSED
    assert {body["model"] for body in compared.embedding.asked} == {"m9"}
    assert not compared.sidecar.exists()


def test_similarity_is_compared_exactly(compared):
    """The last digit of a vector decides in a replay as it did live."""
    compared.expect("{similar_to: {text: A., at_least: 0.5}}")
    compared.embedding.answer = lambda text: (
        [1.0, 0.0] if text == "A." else [0.5, 0.8660254037844387]
    )
    recorded = compared.run(Mode.RECORD)

    assert recorded.outcome is compared.run().outcome
    assert json.dumps(0.8660254037844387) in compared.sidecar.read_text()


def test_a_provider_of_embeddings_is_not_the_default(compared):
    """With one bot besides, scenarios need not name it."""
    compared.configure("[embedder, second]")

    config = Project.at(compared.folder / "harness.yaml").config

    assert (config.provider, config.similarity) == ("bot", ("embedder", "second"))


def test_an_unknown_provider_of_embeddings_is_told(compared):
    """With its place, and the name that is meant."""
    compared.configure("embeder")

    with pytest.raises(ConfigurationError, match=r"(?s):8:13: .*'embeder'.*'embedder'"):
        Project.at(compared.folder / "harness.yaml")
