"""API keys of the sandbox: for each provider, valid ones and one for each known error response.

`KEYS["openai"]["missing_scopes"]` is a key with which OpenAI answers as it does to a key without that scope.
`VALID` is the name of the key that works, `OTHER_ACCOUNT` that of another account's. Any other key is a bad key; local
servers take any key but their own magic ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.providers.provider_registry import PROVIDERS
from sandbox.providers.simulated_provider import SimulatedProvider
from sandbox.refusal_cases import EVERYWHERE, RefusalCase

VALID = "valid"
#: A key that works too, of an account that cannot read what the other one got encrypted or signed.
OTHER_ACCOUNT = "other_account"
WORKING = frozenset({VALID, OTHER_ACCOUNT})


@dataclass(frozen=True, slots=True, kw_only=True)
class MagicKey:
    """A magic key and the response that it triggers."""

    provider: str
    name: str
    value: str
    summary: str
    #: HTTP status of the response.
    status: int
    #: Operations that it affects. For the others, the key works.
    operations: frozenset[str]
    #: Whether it is an error event in a stream that began with status 200.
    in_stream: bool = False


def _keys_of(provider: SimulatedProvider) -> dict[str, MagicKey]:
    keys = {VALID: _key(provider, VALID, None), OTHER_ACCOUNT: _key(provider, OTHER_ACCOUNT, None)}
    keys.update({name: _key(provider, name, case) for name, case in provider.cases.items() if name != "no_key"})
    return keys


def _key(provider: SimulatedProvider, name: str, case: RefusalCase | None) -> MagicKey:
    return MagicKey(
        provider=provider.name,
        name=name,
        value=provider.key_prefix + name.replace("_", "-"),
        summary=case.summary if case is not None else "works" if name == VALID else "works, and is another account's",
        status=200 if case is None else case.status,
        operations=EVERYWHERE if case is None else case.operations,
        in_stream=case is not None and case.in_stream,
    )


#: Provider -> name -> key.
KEYS: Mapping[str, Mapping[str, MagicKey]] = {name: _keys_of(provider) for name, provider in PROVIDERS.items()}

#: Key -> its name, of every provider.
KEY_NAMES: Mapping[str, Mapping[str, str]] = {
    provider: {key.value: key.name for key in keys.values()} for provider, keys in KEYS.items()
}
