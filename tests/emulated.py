"""harness.yaml of projects that talk to the emulators of the built-in definitions."""

from __future__ import annotations

_PROVIDERS = {
    "mister-turing": """\
    settings: {base_url: '${env.MISTER_TURING_URL}', token: '${env.MISTER_TURING_TOKEN}'}
""",
    "connectly": """\
    settings:
      base_url: ${env.CONNECTLY_URL}
      api_key: ${env.CONNECTLY_API_KEY}
      business_id: ${env.CONNECTLY_BUSINESS_ID}
      agent_descriptor_id: ${env.CONNECTLY_AGENT_ID}
""",
    "enthusiast": """\
    settings:
      base_url: ${env.ENTHUSIAST_URL}
      token: ${env.ENTHUSIAST_TOKEN}
      data_set_id: ${env.ENTHUSIAST_DATA_SET_ID}
      poll_every: 10ms
      poll_timeout: %(poll_timeout)s
""",
    "superoffice": """\
    settings:
      base_url: ${env.SUPEROFFICE_URL}
      username: ${env.SUPEROFFICE_USERNAME}
      password: ${env.SUPEROFFICE_PASSWORD}
""",
    "bighummingbird": """\
    settings: {base_url: '${env.BIGHUMMINGBIRD_URL}'}
""",
}


def providers_yaml(*names: str, poll_timeout: str = "5s") -> str:
    """`providers:` with an entry of each definition, under its own name; of all, if none is named.

    What they need stands in the environment of the running emulators.
    """
    text = "".join(
        f"  {name}:\n    definition: {name}\n{_PROVIDERS[name]}" for name in names or _PROVIDERS
    )
    return "providers:\n" + text % {"poll_timeout": poll_timeout}
