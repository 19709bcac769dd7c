"""How OpenAI-compatible services differ."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from adapters.providers.chat_completions.chat_options import ChatOptions
from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping.error_rule import ProviderRules
from adapters.providers.model_listing import (
    Entry,
    ListOf,
    Read,
    counted,
    entries_under,
    fetch_list,
    fetch_rest,
    read_models,
)
from adapters.providers.openai_compatible.common_model_fields import read_common
from adapters.providers.provider_client import LIST_LIMITS, PROBE_LIMITS, ProviderClient
from application.ports.provider_gateway import CallOutcome, OfferedModel, Preset

Probe = Callable[[ProviderClient, str], Awaitable[CallOutcome]]
ListModels = Callable[[ProviderClient, str], Awaitable[list[OfferedModel]]]

LISTED: Final = entries_under("data", "models")
_NO_SUCH_LIST: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProfile:
    """A service; `probe` and `list_models` are given the exchange and the endpoint. Without a preset: any server.

    `base_of_prompts` makes of the endpoint the address below which prompts are run; most often they are the same.
    """

    preset: Preset | None
    rules: ProviderRules
    probe: Probe
    list_models: ListModels
    options: ChatOptions
    base_of_prompts: Callable[[str], str] = str


def probe_list(*, proves_key: bool, list_of: ListOf = LISTED) -> Probe:
    """Return a probe that requests the model list; it proves a key only where nobody gets the list without one."""

    async def probe(exchange: ProviderClient, endpoint: str) -> CallOutcome:
        answer = await exchange.get(endpoint_url(endpoint, "models"), PROBE_LIMITS)
        return counted(answer, list_of, proves_key=proves_key)

    return probe


def whole_list(read: Read = read_common, list_of: ListOf = LISTED) -> ListModels:
    """Return what reads the model list, every page of it."""

    async def list_models(exchange: ProviderClient, endpoint: str) -> list[OfferedModel]:
        return await read_models(exchange, await fetch_list(exchange, endpoint_url(endpoint, "models"), list_of), read)

    return list_models


async def entries_if_there(exchange: ProviderClient, endpoint: str, *path: str) -> list[Entry]:
    """Return a further list's entries; none when the service has no such list.

    Raises:
        UpstreamFailure: it has one, but did not hand it out.
    """
    url = endpoint_url(endpoint, *path)
    answer = await exchange.get(url, LIST_LIMITS)
    return [] if answer.status == _NO_SUCH_LIST else await fetch_rest(exchange, url, answer, LISTED)
