from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest

import harness
from harness.emulators import serving
from tests.docs.assistant import serving_assistant
from tests.docs.certificates import PASSWORD
from tests.docs.commands import Shell
from tests.docs.parcels import KEY, serving_parcels
from tests.docs.shop_bot import KEY as SHOP_BOT_KEY
from tests.docs.shop_bot import serving_shop_bot

# A run inside this process forgets every module that it was the first to import, and some
# extension modules cannot be imported twice.
for module in walk_packages(harness.__path__, "harness."):
    import_module(module.name)
for name in (
    "deepdiff",
    "jsonpath_rfc9535",
    "jsonschema",
    "jsonschema_rs",
    "sqlalchemy.dialects.sqlite",
    "vcr",
):
    import_module(name)

OTHER_NAMES = {
    "SHOP_URL": "CONNECTLY_URL",
    "SHOP_KEY": "CONNECTLY_API_KEY",
    "SHOP_ID": "CONNECTLY_BUSINESS_ID",
    "SHOP_AGENT": "CONNECTLY_AGENT_ID",
    "SUPPORT_URL": "SUPEROFFICE_URL",
    "SUPPORT_USER": "SUPEROFFICE_USERNAME",
    "SUPPORT_PASSWORD": "SUPEROFFICE_PASSWORD",
    "TRAVEL_URL": "BIGHUMMINGBIRD_URL",
    "CHAT_URL": "WEBSOCKET_JSON_URL",
    "CHAT_KEY": "WEBSOCKET_JSON_API_KEY",
    "PERSON_URL": "OPENAI_BASE_URL",
    "PERSON_KEY": "OPENAI_API_KEY",
    "JUDGE_URL": "OPENAI_BASE_URL",
    "JUDGE_KEY": "OPENAI_API_KEY",
}
"""Variables that documents speak of, by what the emulators call them."""


@pytest.fixture(scope="session")
def addresses():
    """Every chat API that the documents speak of, served; what their clients read."""
    with serving() as running, serving_assistant() as assistant, serving_shop_bot() as shop:
        given = running.environment
        ours = {name: given[theirs] for name, theirs in OTHER_NAMES.items()}
        secrets = {"BOT_KEY_PASSWORD": PASSWORD, "PROXY_PASSWORD": "a/b@c"}
        keys = {"PARCELS_KEY": KEY, "DESK_KEY": KEY}
        bots = {
            "JUDGE_MODEL": "gpt-4.1-mini",
            "ASSISTANT_URL": assistant,
            "SHOP_BOT_URL": shop,
            "SHOP_BOT_KEY": SHOP_BOT_KEY,
        }
        yield {**given, **ours, **secrets, **keys, **bots}


@pytest.fixture
def served(addresses, monkeypatch):
    """The same, in the environment; the parcel service counts its chats anew for each document."""
    monkeypatch.delenv("HARNESS_MODE", raising=False)
    with serving_parcels() as parcels:
        for name, value in {**addresses, "PARCELS_URL": parcels}.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.fixture
def shell(pytester):
    """Runs the commands of a document."""
    return Shell(pytester)
