"""The support chatbot of SuperOffice's emulator, in en, de and nb.

Its answer depends only on the prompt and on the previous turns in the request.

| the prompt | the answer |
|---|---|
| How do I reset my password? | the sample of the vendor's page, in English |
| password with reset (zurücksetzen, tilbakestille) | that text and its attachments, other buttons |
| I want to contact support, Contact Support | names the first turn's text; buttons Yes and No |
| Create a support request | creates one, but only after a turn that contacted support |
| Cancel | creates none |
| what did I ask first (zuerst, først) | the first turn's text |
| how much, or premium (kostet, koster) | a price with the culture's separators |

A button's label is in the answer's language; its prompt is one of the English ones above. The
page's sample has the labels action1 and action2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("en", "de", "nb")
_SAMPLE = "How do I reset my password?"
_CONTACT = "I want to contact support"
_CREATE = "Create a support request"
_CANCEL = "Cancel"
_OPEN_RESET = "Open the password reset page"
_SAMPLE_ACTIONS = {"action1": "Open Password Reset Page", "action2": "Contact Support"}
_CONTACTS = (_CONTACT, _SAMPLE_ACTIONS["action2"])
_OPENS = (_OPEN_RESET, _SAMPLE_ACTIONS["action1"])
_ATTACHMENTS = ("password-reset-guide.pdf", "security-tips.pdf")
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
# The separators of thousands and decimals.
_SEPARATORS = {"en": (",", "."), "de": (".", ","), "nb": (_NO_BREAK_SPACE, ",")}

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reset": (
            "To reset your password, click on 'Forgot Password' on the login page. You'll receive "
            "an email with a secure link to create a new password. The link is valid for 24 hours."
            " If you don't receive the email, please check your spam folder."
        ),
        "open": "Open Password Reset Page",
        "contact": "Contact Support",
        "opened": "Open the login page and click on 'Forgot Password'.",
        "about": "You want to contact support about: {first} Shall I create a request?",
        "yes": "Yes, create a request",
        "no": "No",
        "created": "I have created a support request about: {first}",
        "nothing": "There is nothing to create a request about.",
        "cancelled": "All right, I have not created a request.",
        "first": "You first asked: {first}",
        "silent": "You have not asked anything yet.",
        "price": "The premium plan costs {price} EUR a year.",
        "help": "I can help you with passwords and prices.",
    },
    "de": {
        "reset": (
            "Um Ihr Passwort zurückzusetzen, klicken Sie auf der Anmeldeseite auf 'Passwort "
            "vergessen'. Sie erhalten eine E-Mail mit einem Link, der 24 Stunden gültig ist."
        ),
        "open": "Seite zum Zurücksetzen öffnen",
        "contact": "Support kontaktieren",
        "opened": "Öffnen Sie die Anmeldeseite und klicken Sie auf 'Passwort vergessen'.",
        "about": "Sie möchten den Support kontaktieren wegen: {first} Soll ich anfragen?",
        "yes": "Ja, anfragen",
        "no": "Nein",
        "created": "Ich habe eine Anfrage erstellt wegen: {first}",
        "nothing": "Es gibt nichts anzufragen.",
        "cancelled": "Gut, ich habe keine Anfrage erstellt.",
        "first": "Sie haben zuerst gefragt: {first}",
        "silent": "Sie haben noch nichts gefragt.",
        "price": "Der Premium-Tarif kostet {price} EUR im Jahr.",
        "help": "Ich helfe Ihnen bei Passwörtern und Preisen.",
    },
    "nb": {
        "reset": (
            "For å tilbakestille passordet klikker du på 'Glemt passord' på innloggingssiden. Du "
            "får en e-post med en lenke som er gyldig i 24 timer."
        ),
        "open": "Åpne siden for tilbakestilling",
        "contact": "Kontakt kundestøtte",
        "opened": "Åpne innloggingssiden og klikk på 'Glemt passord'.",
        "about": "Du vil kontakte kundestøtte om: {first} Skal jeg opprette en sak?",
        "yes": "Ja, opprett en sak",
        "no": "Nei",
        "created": "Jeg har opprettet en sak om: {first}",
        "nothing": "Det er ingenting å opprette en sak om.",
        "cancelled": "Greit, jeg har ikke opprettet noen sak.",
        "first": "Du spurte først: {first}",
        "silent": "Du har ikke spurt om noe ennå.",
        "price": "Premium koster {price} EUR i året.",
        "help": "Jeg kan hjelpe deg med passord og priser.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAnswer:
    """An answer. `actions` maps a button's label to its prompt."""

    text: str
    actions: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()


def answer(
    prompt: str, previous: Sequence[Mapping[str, Any]], *, language: str, culture: str
) -> BotAnswer:
    """Answers in one of LANGUAGES, with the numbers of a culture, which is also one of them."""
    texts, said = _TEXTS[language], prompt.lower()
    first = _shown(previous[0]) if previous else None
    if any(word in said for word in ("what did i ask first", "zuerst", "først")):
        return BotAnswer(text=texts["first"].format(first=first) if first else texts["silent"])
    if "passwor" in said or "passord" in said:
        if any(word in said for word in ("reset", "zurücksetzen", "tilbakestill")):
            if prompt in _OPENS:
                return BotAnswer(text=texts["opened"])
            actions = {texts["open"]: _OPEN_RESET, texts["contact"]: _CONTACT}
            if prompt == _SAMPLE and language == "en":
                actions = _SAMPLE_ACTIONS
            return BotAnswer(text=texts["reset"], actions=actions, attachments=_ATTACHMENTS)
    elif any(word in said for word in ("how much", "premium", "kostet", "koster")):
        return BotAnswer(text=texts["price"].format(price=_price(culture)))
    return _support(prompt, previous, first, texts)


def _support(
    prompt: str,
    previous: Sequence[Mapping[str, Any]],
    first: str | None,
    texts: Mapping[str, str],
) -> BotAnswer:
    if prompt in _CONTACTS:
        actions = {texts["yes"]: _CREATE, texts["no"]: _CANCEL}
        return BotAnswer(text=texts["about"].format(first=first or "-"), actions=actions)
    if prompt == _CREATE:
        contacted = any(turn.get("UserPrompt") in _CONTACTS for turn in previous)
        text = texts["created"].format(first=first) if contacted else texts["nothing"]
        return BotAnswer(text=text)
    return BotAnswer(text=texts["cancelled"] if prompt == _CANCEL else texts["help"])


def _shown(turn: Mapping[str, Any]) -> str:
    return str(turn.get("UserDisplayText") or turn.get("UserPrompt") or "-")


def _price(culture: str) -> str:
    thousands, decimals = _SEPARATORS[culture]
    return f"1{thousands}234{decimals}50"
