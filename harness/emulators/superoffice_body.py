"""Request and reply bodies of SuperOffice: JSON, XML and forms.

XML names properties by elements. A request's root may have any name and namespace:

    <request>
      <ChatId>1</ChatId>
      <PreviousTurns>
        <ChatbotTurn>
          <BotActions>
            <KeyValueOfstringstring><Key>Label</Key><Value>Prompt</Value></KeyValueOfstringstring>
          </BotActions>
          <Attachments><string>guide.pdf</string></Attachments>
        </ChatbotTurn>
      </PreviousTurns>
    </request>

A reply's root is `ChatbotTurn`, or `ArrayOfChatbotTurn` around several, and a null is an
empty element with `xsi:nil="true"`. In a form, a nested property is written
`PreviousTurns[0].UserPrompt`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

JSON_TYPES = (
    "application/json",
    "text/json",
    "application/json-patch+json",
    "application/merge-patch+json",
)
XML_TYPES = ("application/xml", "text/xml")
FORM_TYPE = "application/x-www-form-urlencoded"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_FORM_PLACE = re.compile(r"PreviousTurns\[(\d{1,4})\]\.(\w+)")


def read(media_type: str, body: bytes) -> dict[str, Any]:
    """A request's properties. Raises ValueError if the body is malformed."""
    if media_type == FORM_TYPE:
        return _read_form(body)
    if media_type in XML_TYPES:
        try:
            return _read_element(fromstring(body))
        except (ParseError, DefusedXmlException, RecursionError) as error:
            raise ValueError(f"the body is not XML: {error}") from error
    try:
        properties = json.loads(body)
    except RecursionError as error:
        raise ValueError("the body is nested too deeply") from error
    if not isinstance(properties, dict):
        raise ValueError("the body is not an object")  # noqa: TRY004  # the one error of callers
    return properties


def write(media_type: str, value: dict[str, Any] | list[dict[str, Any]]) -> bytes:
    """A turn, or several, as JSON or XML."""
    if media_type in JSON_TYPES:
        return json.dumps(value, ensure_ascii=False).encode()
    root = Element("ArrayOfChatbotTurn")
    for turn in value if isinstance(value, list) else [value]:
        _write_turn(SubElement(root, "ChatbotTurn"), turn)
    root = root if isinstance(value, list) else root[0]
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _read_form(body: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    turns: dict[int, dict[str, Any]] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        if place := _FORM_PLACE.fullmatch(name):
            turns.setdefault(int(place[1]), {})[place[2]] = value
        else:
            fields[name] = value
    return {**fields, "PreviousTurns": [turns[number] for number in sorted(turns)]}


def _read_element(element: Element) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for child in element:
        name = _local(child)
        if name == "PreviousTurns":
            properties[name] = [_read_element(turn) for turn in child]
        elif name == "BotActions":
            properties[name] = dict(_read_pair(pair) for pair in child)
        elif name == "Attachments":
            properties[name] = [item.text or "" for item in child]
        else:
            properties[name] = None if child.get(_NIL) == "true" else child.text or ""
    return properties


def _read_pair(pair: Element) -> tuple[str, str]:
    texts = {_local(child): child.text or "" for child in pair}
    if "Key" not in texts or "Value" not in texts:
        raise ValueError("an entry of BotActions must have a Key and a Value")
    return texts["Key"], texts["Value"]


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _write_turn(parent: Element, turn: Mapping[str, Any]) -> None:
    for name, value in turn.items():
        element = SubElement(parent, name)
        if value is None:
            element.set(_NIL, "true")
        elif isinstance(value, dict):
            for key, prompt in value.items():
                pair = SubElement(element, "KeyValueOfstringstring")
                SubElement(pair, "Key").text = key
                SubElement(pair, "Value").text = prompt
        elif isinstance(value, list):
            for item in value:
                SubElement(element, "string").text = item
        else:
            element.text = str(value)
