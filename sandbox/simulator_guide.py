"""The usage guide: addresses, magic keys, prompt directives and faults."""

from sandbox.faults.fault_kinds import FAULT_KINDS
from sandbox.json_fields import JsonObject
from sandbox.magic_keys import KEYS
from sandbox.prompt_directives import DIRECTIVES, TRAPS
from sandbox.providers.provider_registry import PROVIDERS

_HEAD = """\
Modelbook provider sandbox at {url}

Each provider answers in its own wire format below its endpoint. The key named `valid` works; each of the others is
refused in the way that is written beside it. Any other key is a bad key; local servers take any.
"""

_FAULTS = """
Faults are set with POST {url}/_sandbox/faults, for example
  {{"kind": "rate_limited", "provider": "openai", "operation": "chat", "times": 1, "retry_after": 2}}
and cleared with DELETE. `operation` is list, get, chat, stream, embed, count, account, health or any. `kind` is a name
from the lists above, which then is played on every key, or one of these; each takes `delay` (seconds) as well:
"""

_PROMPTS = """
A model calls tools when the last words of the user request it: `call weather` (the tool with that in its name), `call
all`, `call x {{"city": "Oslo"}} and call y`, `call x then call y` (y when the results of x have come), or when it must
call one. It answers with what tools returned, with an instance of the JSON Schema that was requested, or what was said.
Words in a prompt change that:
"""

_TRAPS = """
Traps of gateways between protocols, and how each is laid:
"""

_END = """
Requests are kept at {url}/_sandbox/requests; the models of a provider
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
    lines += [f"  {name:<22} {kind.summary}" for name, kind in FAULT_KINDS.items()]
    lines.append(_PROMPTS.format(url=url))
    lines += [f"  sandbox:{name:<20} {summary}" for name, summary in DIRECTIVES.items()]
    lines.append(_TRAPS)
    lines += [f"  {number:>2}. {trap}: {how}" for number, (trap, how) in enumerate(TRAPS, 1)]
    lines.append(_END.format(url=url))
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
        "marks": dict(DIRECTIVES),
        "traps": [{"trap": trap, "how": how} for trap, how in TRAPS],
        "faults": {
            name: {"summary": kind.summary, "parameters": [*kind.parameters]} for name, kind in FAULT_KINDS.items()
        },
    }
