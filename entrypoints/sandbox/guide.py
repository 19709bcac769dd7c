"""The sandbox explained: where each provider is, which keys it knows, and how to make it misbehave."""

from entrypoints.sandbox.faults.kinds import KINDS
from entrypoints.sandbox.json_types import JsonObject
from entrypoints.sandbox.keys import KEYS
from entrypoints.sandbox.providers.registry import PROVIDERS

_HEAD = """\
Modelbook provider sandbox at {url}

Each provider answers in its own wire format below its endpoint. The key named `valid` works; each of the others is
refused in the way that is written beside it. Any other key is a bad key; local servers take any.
"""

_FAULTS = """
Faults are set with POST {url}/_sandbox/faults, for example
  {{"kind": "rate_limited", "provider": "openai", "operation": "chat", "times": 1, "retry_after": 2}}
and cleared with DELETE. `operation` is list, get, chat, stream, count, account, health or any. `kind` is a name
from the lists above, which then is played on every key, or one of these; each takes `delay` (seconds) as well:
"""

_PROMPTS = """
Words in a prompt: `sandbox:refuse` is refused by the content filter, `sandbox:words=500` makes a long answer,
`sandbox:markdown` a formatted one. Requests are kept at {url}/_sandbox/requests; the models of a provider
change with POST {url}/_sandbox/catalogue/<provider> {{"add": [{{"id": "..."}}], "change": [...], "remove": ["id"]}}.
"""


def guide(url: str) -> str:
    """Everything a person needs to use a sandbox that runs at `url`, as plain text."""
    lines = [_HEAD.format(url=url)]
    for name, provider in PROVIDERS.items():
        lines.append(f"{name}   {url}{provider.endpoint}")
        lines += [f"  {key.name:<25} {key.value:<46} {key.summary}" for key in KEYS[name].values()]
        lines.append("")
    lines.append(_FAULTS.format(url=url))
    lines += [f"  {name:<22} {kind.summary}" for name, kind in KINDS.items()]
    lines.append(_PROMPTS.format(url=url))
    return "\n".join(lines)


def describe(url: str) -> JsonObject:
    """The same facts as data."""
    return {
        "url": url,
        "providers": {
            name: {
                "endpoint": url + provider.endpoint,
                "keys": {
                    key.name: {
                        "value": key.value,
                        "summary": key.summary,
                        "status": key.status,
                        "operations": sorted(key.operations),
                    }
                    for key in KEYS[name].values()
                },
            }
            for name, provider in PROVIDERS.items()
        },
        "faults": {name: {"summary": kind.summary, "parameters": [*kind.parameters]} for name, kind in KINDS.items()},
    }
