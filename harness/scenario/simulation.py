"""`simulate:`: a user who decides from each reply what to say next."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import Json
from harness.formats.template import Template
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler
from harness.scenario.expecting import read_block
from harness.scenario.scenario import (
    MessagePlan,
    Scope,
    ScriptRule,
    Simulation,
    UserTurn,
)

MOST_SIMULATED = 100
"""Messages of one simulated user."""
DEFAULT_TURNS = 10
_DRAWN = frozenset(("uuid", "random"))
"""What gives another value each time that it is asked."""
DECIDING = ("by", "goal", "knows", "persona", "opening", "script")
"""The keys that decide what the user says."""
_TEXT: dict[str, Json] = {"type": ["string", "number", "boolean"]}
_CHECKS: dict[str, Json] = {"$ref": "#/$defs/reply_checks"}
_RULE: Json = {
    "type": "object",
    "description": "What the user does if a reply passes the checks.",
    "oneOf": [{"required": ["say"]}, {"required": ["press"]}],
    "additionalProperties": False,
    "properties": {
        "when": {**_CHECKS, "description": "Checks on the last reply; default: any reply."},
        "say": {**_TEXT, "description": "The message."},
        "press": {
            "type": "string",
            "description": "Presses the button of the last reply with this label.",
        },
    },
}
SIMULATE: Json = {
    "type": "object",
    "description": "A user who decides from each reply what to say next, after the 'turns:'.",
    "additionalProperties": False,
    "properties": {
        "by": {
            "type": "string",
            "description": "The provider whose model says what no rule says; default: no model.",
        },
        "goal": {**_TEXT, "description": "What the user wants; the model reads it."},
        "knows": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "additionalProperties": _TEXT,
            "description": "Facts that the user may give, by name. Messages use them as ${name}.",
        },
        "persona": {**_TEXT, "description": "How the user writes; the model reads it."},
        "opening": {**_TEXT, "description": "The first message of the user."},
        "script": {
            "type": "array",
            "items": _RULE,
            "minItems": 1,
            "description": "Rules. The first one that fits the last reply decides the message.",
        },
        "max_turns": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_SIMULATED,
            "description": f"The most messages of the user; default: {DEFAULT_TURNS}.",
        },
        "stop_when": {**_CHECKS, "description": "Checks. The first reply that passes is the last."},
        "at_end": {
            "enum": ["fail", "pass"],
            "description": "The result if no reply passes 'stop_when'; default: fail.",
        },
    },
}


def read_simulation(node: Node | None, compiler: Compiler) -> Simulation | None:
    """What `simulate:` says; its problems are noted."""
    if node is None:
        return None
    goal, persona, opening = node.get("goal"), node.get("persona"), node.get("opening")
    _require_sense(node, compiler)
    return Simulation(
        place=node.key_place,
        by=node.text_of("by"),
        goal=compiler.text(goal) if goal is not None else None,
        persona=compiler.text(persona) if persona is not None else None,
        knows={name: compiler.text(value) for name, value in node.entries("knows")},
        opening=MessagePlan(text=compiler.text(opening)) if opening is not None else None,
        script=tuple(_rule(rule, compiler) for rule in node.get("script") or ()),
        max_turns=int(node.value_of("max_turns", DEFAULT_TURNS)),
        stop_when=tuple(read_block(node.get("stop_when"), Scope.SIMULATE, compiler)),
        may_end=node.text_of("at_end") == "pass",
        written={key: node.value_of(key) for key in DECIDING if node.has(key)},
    )


def require_start(top: Node, simulation: Simulation, compiler: Compiler, *, is_begun: bool) -> None:
    """Note a simulation that cannot begin, or is never judged.

    `is_begun` says whether turns are said before it.
    """
    node = top.at("simulate")
    if not (is_begun or simulation.by or simulation.opening):
        compiler.note(
            "missing-key",
            "no reply comes before the user's first message, so no rule can decide it",
            node,
            "add 'opening:', or 'turns:' that begin the conversation",
            key=True,
        )
    for entry in top.get("turns") or ():
        if entry.has("branch"):
            compiler.note(
                "not-checked",
                "a scenario with 'simulate' has one conversation",
                entry.at("branch"),
                "put the branch into a scenario of its own",
                key=True,
            )
    if simulation.may_end and not simulation.stop_when and not top.has("expect", "turns"):
        compiler.note(
            "asserts-nothing",
            "the scenario passes whatever the bot says",
            node.at("at_end"),
            "add 'stop_when:', or the scenario's own 'expect:'",
            key=True,
        )
    _require_use(top, simulation, compiler)


def _require_use(top: Node, simulation: Simulation, compiler: Compiler) -> None:
    """Note facts that hide a variable, that change with every message, or that nothing uses."""
    node = top.at("simulate")
    names = {name for template in templates_of_simulation(simulation) for name in template.names}
    for name, fact in node.entries("knows"):
        if top.has("vars") and top.at("vars").has(name):
            compiler.note(
                "no-effect",
                f"'knows' sets '{name}', so the variable of this name is hidden here",
                fact,
                "rename one of them",
                key=True,
            )
        if simulation.knows[name].names & _DRAWN:
            compiler.note(
                "wrong-value",
                f"'{name}' would be drawn again for every message",
                fact,
                "draw it below 'vars:', and write ${…} with its name here",
            )
        if not simulation.by and name not in names:
            compiler.note(
                "no-effect",
                f"no message uses '{name}', and no model is asked",
                fact,
                "use it, or remove it",
                key=True,
            )


def simulated_turns(simulation: Simulation, after: int) -> Iterator[UserTurn]:
    """The turns that a simulated user may say, numbered from the one `after` on."""
    given = (simulation.knows,) if simulation.knows else ()
    for number in range(after + 1, after + simulation.max_turns + 1):
        yield UserTurn(
            number=number,
            place=simulation.place,
            message=MessagePlan(),
            given=given,
            is_simulated=True,
        )


def templates_of_simulation(simulation: Simulation | None) -> Iterator[Template]:
    """All templates of a simulation, except for the facts."""
    if simulation is None:
        return
    yield from (part for part in (simulation.goal, simulation.persona) if part is not None)
    if simulation.opening is not None:
        yield from templates_in(simulation.opening)
    for rule in simulation.script:
        yield from templates_in(rule.message)
        yield from (expectation.value for expectation in rule.when)
    yield from (expectation.value for expectation in simulation.stop_when)


def templates_in(message: MessagePlan) -> Iterator[Template]:
    """All templates of a message."""
    parts = (message.text, message.press, message.attachments, message.metadata)
    yield from (part for part in parts if part is not None)
    yield from message.utterances[1:]


def _rule(node: Node, compiler: Compiler) -> ScriptRule:
    say, press = node.get("say"), node.get("press")
    return ScriptRule(
        place=node.place,
        when=tuple(read_block(node.get("when"), Scope.SIMULATE, compiler)),
        message=MessagePlan(
            text=compiler.text(say) if say is not None else None,
            press=compiler.value(press) if press is not None else None,
        ),
    )


def _require_sense(node: Node, compiler: Compiler) -> None:
    """Note keys that contradict each other, or have no effect."""
    by, script = node.get("by"), node.get("script")
    if by is not None and not node.has("goal"):
        compiler.note(
            "missing-key", "a model needs to know what the user wants", by, "add 'goal:'", key=True
        )
    for key in ("goal", "persona"):
        if by is None and node.has(key):
            compiler.note(
                "no-effect",
                f"only a model reads '{key}', and no model is asked",
                node.at(key),
                "add 'by:' with a provider, or remove it",
                key=True,
            )
    if by is None and script is None:
        compiler.note(
            "asserts-nothing",
            "nothing decides what the user says",
            node,
            "add 'script:', or 'by:' with a provider",
            key=True,
        )
    _require_reachable(by, list(script or ()), compiler)
    if by is None and not node.has("stop_when") and node.text_of("at_end") != "pass":
        compiler.note(
            "always-fails",
            "without 'stop_when', the conversation never ends well",
            node,
            "add 'stop_when:', or write 'at_end: pass'",
            key=True,
        )


def _require_reachable(by: Node | None, rules: list[Node], compiler: Compiler) -> None:
    """Note rules, and a model, that are never used because an earlier rule fits every reply."""
    for number, rule in enumerate(rules, 1):
        if rule.has("when"):
            continue
        rest = rules[number:]
        if rest or by is not None:
            compiler.note(
                "no-effect",
                f"rule {number} of the script fits every reply, so"
                f" {'the rules after it are' if rest else 'the model is'} never used",
                rest[0] if rest else rule,
                "give it a 'when:', or make it the last one" if rest else "remove it, or 'by:'",
            )
        return
