"""Reads what the user says in a turn."""

from __future__ import annotations

from harness.core.counted import counted
from harness.formats.yaml import Node
from harness.scenario.compiling import Compiler
from harness.scenario.rows import require_distinct
from harness.scenario.scenario import MessagePlan


def read_message(node: Node, compiler: Compiler) -> MessagePlan:
    """The message behind `user:`; what is wrong with it is noted."""
    if not isinstance(node.value, dict):
        return MessagePlan(text=compiler.text(node))
    text, press, several = node.get("text"), node.get("press"), node.get("utterances")
    if several is not None:
        for other, key in ((text, "text"), (press, "press")):
            if other is not None:
                message = f"a turn has '{key}' or 'utterances'"
                compiler.note("text-and-press", message, other, "keep one of them", key=True)
    if text and press:
        message = "a turn types a text or presses a button"
        compiler.note("text-and-press", message, press, "keep one of them", key=True)
    _require_choice(node.get("pick"), several, compiler)
    attachments, metadata = node.get("attachments"), node.get("metadata")
    utterances = tuple(compiler.text(one) for one in several or ())
    said = compiler.text(text) if text else None
    return MessagePlan(
        text=utterances[0] if utterances else said,
        press=compiler.value(press) if press else None,
        attachments=compiler.value(attachments) if attachments else None,
        metadata=compiler.value(metadata) if metadata else None,
        utterances=utterances,
    )


def _require_choice(pick: Node | None, several: Node | None, compiler: Compiler) -> None:
    """Note utterances that are the same, and a `pick` that cannot be made."""
    if several is None:
        if pick is not None:
            message = "'pick' chooses among 'utterances', and there are none"
            hint = "give several ways to say it, or remove 'pick:'"
            compiler.note("wrong-value", message, pick, hint, key=True)
        return
    require_distinct(several, "utterance", compiler)
    sample = pick.get("sample") if pick is not None else None
    count = len(list(several))
    if sample is not None and int(float(str(sample.value))) > count:
        message = f"{sample.text} of {counted(count, 'utterance')} cannot be drawn"
        hint = f"at most {count}, or more 'utterances'"
        compiler.note("wrong-value", message, sample, hint)
