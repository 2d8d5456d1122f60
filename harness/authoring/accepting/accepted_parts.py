"""What checks on the parts of a reply may say instead: messages, buttons, products, tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.authoring.accepting.accepted_values import bounds, rules
from harness.authoring.accepting.seen import CannotAccept, Proposal, Wanted
from harness.authoring.passages import passages
from harness.checks import Subject
from harness.checks.check import MODIFIERS
from harness.checks.subject import messages_of
from harness.conversation import ToolCall
from harness.core import Json, is_same
from harness.formats.json_path import path_text
from harness.formats.template import literal

_BY_HAND = "change it by hand"
_FORBIDS = "it forbids what the reply has"


def block(
    wanted: Wanted,
    written: Json,
    subjects: Sequence[Subject],
    loosened: list[str],
    kinds: str = "texts",
) -> dict[str, Json]:
    """A block of checks on a part of each reply, with those rewritten that fail."""
    new: dict[str, Json] = {}
    for name, value in _mapping(written).items():
        inner = wanted.of(value, subjects, name, kinds)
        if name in MODIFIERS or inner.holds_for_all(value):
            new[name] = value
            continue
        if name not in wanted.proposers:
            raise CannotAccept(f"'{name}' in it cannot be rewritten", _BY_HAND)
        for proposal in wanted.proposers[name](inner):
            became = proposal.name or name
            if became not in new and inner.holds_for_all(proposal.value, became):
                new[became] = proposal.value
                loosened += proposal.loosened
                break
        else:
            raise CannotAccept(f"nothing that '{name}' in it can say holds everywhere", _BY_HAND)
    return new


def messages(wanted: Wanted) -> Iterator[Proposal]:
    """How many messages there are, and the checks on them."""
    loosened: list[str] = []
    new: dict[str, Json] = {}
    all_messages = [messages_of(seen.subject) for seen in wanted.seen]
    for key, value in _mapping(wanted.written).items():
        if key == "count":
            new[key] = bounds(value, [len(one) for one in all_messages], loosened)
        elif key == "within" or wanted.holds_for_all({key: value}, "messages"):
            new[key] = value
        elif not all(all_messages):
            raise CannotAccept("a reply has no messages", _BY_HAND)
        elif key == "each":
            new[key] = _for_every(wanted, value, all_messages, loosened)
        else:
            index = -1 if key == "last" else 0
            new[key] = block(wanted, value, [one[index] for one in all_messages], loosened)
    yield Proposal(value=new, loosened=tuple(loosened))


def _for_every(
    wanted: Wanted, value: Json, parts: Sequence[Sequence[Subject]], loosened: list[str]
) -> Json:
    """A block that holds for every part of every reply."""
    pairs = [(seen, part) for seen, some in zip(wanted.seen, parts, strict=True) for part in some]
    spread = wanted.with_seen([seen for seen, _ in pairs])
    return block(spread, value, [part for _, part in pairs], loosened)


def replies(wanted: Wanted) -> Iterator[Proposal]:
    """A block for each message; the author's blocks where there are as many messages."""
    loosened: list[str] = []
    all_messages = [messages_of(seen.subject) for seen in wanted.seen]
    if len({len(one) for one in all_messages}) > 1 or not all_messages[0]:
        raise CannotAccept("the replies have different numbers of messages, or none", _BY_HAND)
    written = wanted.written
    whole = _mapping(written)
    blocks = whole.get("messages", written)
    columns = list(zip(*all_messages, strict=True))
    made: list[Json] = []
    if isinstance(blocks, list) and len(blocks) == len(columns):
        made = [
            block(wanted, one, column, loosened)
            for one, column in zip(blocks, columns, strict=True)
        ]
    else:
        loosened.append("each message is expected by its first sentence")
        made = [_new_block(column) for column in columns]
    yield Proposal(
        value={**whole, "messages": made} if "messages" in whole else made,
        loosened=tuple(loosened),
    )


def _new_block(column: Sequence[Subject]) -> Json:
    found = passages(column[0].text)
    common = [one for one in found if all(one in subject.text for subject in column)]
    if not common:
        raise CannotAccept("the messages have no sentence in common", _BY_HAND)
    return {"contains": literal(common[0])}


def actions(wanted: Wanted) -> Iterator[Proposal]:
    """The labels of the buttons that all replies have."""
    labels = [list(seen.subject.actions) for seen in wanted.seen]
    common = [label for label in labels[0] if all(label in one for one in labels)]
    loosened: list[str] = []
    written = wanted.written
    if not isinstance(written, Mapping):
        yield Proposal(value=_labels(wanted, written, common))
        return
    new: dict[str, Json] = {}
    for key, value in written.items():
        if wanted.holds_for_all({key: value}, "actions"):
            new[key] = value
        elif key == "count":
            new[key] = bounds(value, [len(one) for one in labels], loosened)
        elif key == "contains":
            new[key] = _labels(wanted, value, common)
        else:
            raise CannotAccept(_FORBIDS, "remove the label by hand if it may be there")
    yield Proposal(value=new, loosened=tuple(loosened))


def _labels(wanted: Wanted, written: Json, common: Sequence[str]) -> Json:
    """The labels that are still there, and the new ones in place of the others."""
    if not common:
        raise CannotAccept("no button is in all replies", _BY_HAND)
    old = written if isinstance(written, list) else [written]
    kept = [label for label in old if wanted.holds_for_all([label], "actions")]
    new = [literal(label) for label in common if label not in kept]
    made = [*kept, *new]
    return made if isinstance(written, list) or len(made) > 1 else made[0]


def products(wanted: Wanted) -> Iterator[Proposal]:
    """How many products there are, and the values in them."""
    loosened: list[str] = []
    new: dict[str, Json] = {}
    all_products = [list(seen.subject.products) for seen in wanted.seen]
    for key, value in _mapping(wanted.written).items():
        if wanted.holds_for_all({key: value}, "products"):
            new[key] = value
        elif key == "count":
            new[key] = bounds(value, [len(one) for one in all_products], loosened)
        elif not all(all_products):
            raise CannotAccept("a reply has no products", _BY_HAND)
        elif key == "every":
            new[key] = rules(_mapping(value), [p for one in all_products for p in one], loosened)
        else:
            new[key] = rules(_mapping(value), [one[0] for one in all_products], loosened)
    yield Proposal(value=new, loosened=tuple(loosened))


def attachments(wanted: Wanted) -> Iterator[Proposal]:
    """How many attachments there are, and the name of the first."""
    loosened: list[str] = []
    new: dict[str, Json] = {}
    names = [[one.name for one in seen.subject.attachments] for seen in wanted.seen]
    for key, value in _mapping(wanted.written).items():
        if wanted.holds_for_all({key: value}, "attachments"):
            new[key] = value
        elif key == "count":
            new[key] = bounds(value, [len(one) for one in names], loosened)
        elif not all(names):
            raise CannotAccept("a reply has no attachments", _BY_HAND)
        else:
            subjects = [Subject(text=one[0]) for one in names]
            new[key] = block(wanted, value, subjects, loosened)
    yield Proposal(value=new, loosened=tuple(loosened))


def tools(wanted: Wanted) -> Iterator[Proposal]:
    """The calls that all replies make, in the form of the author's list."""
    calls = [list(seen.subject.tools or ()) for seen in wanted.seen]
    loosened: list[str] = []
    written = wanted.written
    if written == "none":
        raise CannotAccept(_FORBIDS, "write the calls by hand if the bot may make them")
    if not isinstance(written, Mapping) or "name" in written:
        yield Proposal(value=_calls(wanted, written, calls, loosened), loosened=tuple(loosened))
        return
    new: dict[str, Json] = {}
    for key, value in written.items():
        if key == "any_order" or wanted.holds_for_all({key: value}, "tools"):
            new[key] = value
        elif key == "count":
            new[key] = bounds(value, [len(one) for one in calls], loosened)
        elif key in ("exactly", "contains"):
            new[key] = _calls(wanted, value, calls, loosened)
        else:
            raise CannotAccept(_FORBIDS, "remove the call by hand if the bot may make it")
    yield Proposal(value=new, loosened=tuple(loosened))


def _calls(
    wanted: Wanted, written: Json, calls: Sequence[Sequence[ToolCall]], loosened: list[str]
) -> Json:
    """The calls of all replies, with arguments where the author wrote arguments."""
    if len({tuple(call.name for call in one) for one in calls}) > 1:
        raise CannotAccept("the replies call different tools", _BY_HAND)
    if not calls[0]:
        raise CannotAccept("a reply calls no tool", "write 'tools: none' by hand if that is right")
    old = written if isinstance(written, list) else [written]
    authored: dict[str, list[Json]] = {}
    for one in old:
        authored.setdefault(str(one["name"] if isinstance(one, Mapping) else one), []).append(one)
    made: list[Json] = []
    for column in zip(*calls, strict=True):
        forms = authored.get(column[0].name, [])
        form = forms.pop(0) if forms else column[0].name
        made.append(_call(wanted, form, column, loosened))
    return made if isinstance(written, list) or len(made) > 1 else made[0]


def _call(wanted: Wanted, form: Json, column: Sequence[ToolCall], loosened: list[str]) -> Json:
    if not isinstance(form, Mapping) or wanted.holds_for_all({"contains": form}, "tools"):
        return form
    new = dict(form)
    if "exact_arguments" in form:
        if any(not is_same(call.arguments, column[0].arguments) for call in column):
            raise CannotAccept("the arguments differ from play to play", "use 'arguments'")
        new["exact_arguments"] = literal(column[0].arguments)
    if "arguments" in form:
        named = _mapping(form["arguments"])
        made = rules(
            {_path(name): one for name, one in named.items()},
            [call.arguments for call in column],
            loosened,
        )
        new["arguments"] = dict(zip(named, made.values(), strict=True))
    return new


def _path(name: str) -> str:
    return name if name.startswith("$") else path_text((name,))


def any_of(wanted: Wanted) -> Iterator[Proposal]:
    """The alternatives that hold for some reply, and one rewritten for the other replies."""
    blocks = wanted.written if isinstance(wanted.written, list) else []
    left = [
        seen
        for seen in wanted.seen
        if not any(wanted.holds(seen, one, "all_of") for one in ([b] for b in blocks))
    ]
    subjects = [seen.subject for seen in left]
    rest = wanted.with_seen(left)
    for index, alternative in enumerate(blocks):
        loosened: list[str] = []
        try:
            made = block(rest, alternative, subjects, loosened, "all")
        except CannotAccept:
            continue
        is_used = any(wanted.holds(seen, [alternative], "all_of") for seen in wanted.seen)
        before, after = (blocks[: index + 1] if is_used else blocks[:index]), blocks[index + 1 :]
        loosened += ["one more alternative"] if is_used else []
        yield Proposal(value=[*before, made, *after], loosened=tuple(loosened))


def all_of(wanted: Wanted) -> Iterator[Proposal]:
    """Each block, rewritten where it fails."""
    loosened: list[str] = []
    subjects = [seen.subject for seen in wanted.seen]
    blocks = wanted.written if isinstance(wanted.written, list) else []
    made = [block(wanted, one, subjects, loosened, "all") for one in blocks]
    yield Proposal(value=made, loosened=tuple(loosened))


def _mapping(written: Json) -> Mapping[str, Json]:
    return written if isinstance(written, Mapping) else {}
