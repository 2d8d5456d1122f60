"""For each kind of check, whether and how it can be accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.authoring.accepting import accepted_parts, accepted_texts, accepted_values
from harness.authoring.accepting.accepted_like import like
from harness.authoring.accepting.seen import CannotAccept, Proposal, Proposer, Wanted


def refusing(message: str, hint: str) -> Proposer:
    """The decision for a check that is never rewritten: why, and what to do instead."""

    def propose(_wanted: Wanted) -> Iterator[Proposal]:
        raise CannotAccept(message, hint)

    return propose


_FORBIDS = "it forbids what the reply has, and accepting that would remove the check"
_REMOVE = "remove it by hand if the bot may say so"
_HOW = "it says how the bot may talk, and accepting that would remove the check"
_A_TIME = "a time differs in every recording, so there is none to expect"
_SET_LIMIT = "set the limit by hand, or record the conversation again"

JUDGED = CannotAccept(
    "a judge decides about the reply, and accepting what it refuses would remove the check",
    "change the criteria by hand if the reply is right",
)
"""For a check that asks a judge, itself or inside it."""

_REFUSED: Mapping[str, Proposer] = {
    "not_contains": refusing(_FORBIDS, _REMOVE),
    "not_matches": refusing(_FORBIDS, _REMOVE),
    "latency": refusing(_A_TIME, _SET_LIMIT),
    "first_token": refusing(_A_TIME, _SET_LIMIT),
    "questions": refusing(_HOW, "set the limit by hand if the bot may ask as it does"),
    "repeats": refusing(_HOW, "set the limit by hand if the bot may repeat itself"),
    "asks_again": refusing(_HOW, "remove the variable by hand if the bot may ask again"),
    "grounded_in": refusing(
        "it requires that figures are in a source, and accepting others would remove the check",
        "add them to a file of facts if they are right",
    ),
    "judge": refusing(JUDGED.message, JUDGED.hint),
    "similar_to": refusing(
        "it says what a reply must mean, and accepting another meaning would remove the check",
        "change the text by hand if the reply is right",
    ),
    "schema": refusing(
        "the schema says which payloads are right",
        "change the schema if the new form is right",
    ),
    # At the top of a block, its golden file is rewritten instead; see `rewriting`.
    "same_as": refusing(
        "it is inside another check, and its golden file is not rewritten",
        "rewrite it with harness run --update",
    ),
    "not": refusing(_FORBIDS, _REMOVE),
}
DECISIONS: Mapping[str, Proposer] = {
    "equals": accepted_texts.equals,
    "contains": accepted_texts.contains,
    "contains_all": accepted_texts.contains,
    "contains_any": accepted_texts.contains_any,
    "matches": accepted_texts.matches,
    "starts_with": accepted_texts.starts_with,
    "ends_with": accepted_texts.ends_with,
    "max_words": accepted_texts.at_most,
    "max_characters": accepted_texts.at_most,
    "min_words": accepted_texts.at_least,
    "language": accepted_texts.language,
    "reading": accepted_values.reading,
    "json": accepted_values.json,
    "like": like,
    "status": accepted_values.status,
    "headers": accepted_values.headers,
    "usage": accepted_values.usage,
    "turns": accepted_values.turns,
    "messages": accepted_parts.messages,
    "replies": accepted_parts.replies,
    "actions": accepted_parts.actions,
    "products": accepted_parts.products,
    "attachments": accepted_parts.attachments,
    "tools": accepted_parts.tools,
    "any_of": accepted_parts.any_of,
    "all_of": accepted_parts.all_of,
    **_REFUSED,
}
"""By the name of the check. A project's own checks are never rewritten."""

OWN = refusing("only its Python function knows which values it accepts", "change its value by hand")


def proposer_of(name: str) -> Proposer:
    """The decision for a check."""
    return DECISIONS.get(name, OWN)


def is_rewritten(name: str) -> bool:
    """Whether a failed check can be accepted: by a new value, or by a new golden file."""
    return name == "same_as" or (name in DECISIONS and name not in _REFUSED)
