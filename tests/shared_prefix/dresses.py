"""A file of four conversations that part at three turns."""

from __future__ import annotations

from harness.conversation import Outcome

SHIPPING = "Do you offer free shipping?"
DRESS = "I want a pink dress"
FIRST = "I take the first one"
HUMAN = "Can I talk to a human?"
PURPLE = "Do you like purple?"
PHOTO = "Send me a photo"
FOUR = f"""\
scenario: dress
vars: {{colour: pink}}
turns:
  - assistant: Welcome to my store!
  - {{id: shipping, user: {SHIPPING}, expect: {{contains: free shipping}}}}
  - id: dress
    user: I want a ${{colour}} dress
    expect: {{products: {{count: 2}}}}
    capture: {{title: '$..products[0].title'}}
  - {{user: {FIRST}, expect: {{contains: '${{title}}'}}}}
  - branch: {{from: dress, name: human}}
  - {{user: {HUMAN}, expect: {{contains: colleague}}}}
  - branch: {{from: shipping, name: purple}}
  - {{id: purple, user: {PURPLE}, expect: {{contains: purple}}}}
  - branch: {{from: purple, name: photo}}
  - {{user: {PHOTO}, expect: {{contains: picture}}}}
"""
ROWS = ("", "human", "purple", "photo")
ONCE = [SHIPPING, DRESS, FIRST, HUMAN, PURPLE, PHOTO]
TURNS = {"": 3, "human": 3, "purple": 2, "photo": 3}

PASSED = dict.fromkeys(ROWS, Outcome.PASSED)


def outcomes(results):
    """What came of each conversation."""
    return {row: result.outcome for row, result in results.items()}


def verdicts(results):
    """The same with what was said and what came of each check."""
    return {
        row: (
            result.outcome,
            [turn.reply.text for turn in result.transcript.turns],
            [(check.name, check.turn, check.outcome) for check in result.checks],
            result.notes,
        )
        for row, result in results.items()
    }
