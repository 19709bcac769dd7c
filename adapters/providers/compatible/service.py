"""What tells one OpenAI-compatible service from the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.providers.addresses import address
from adapters.providers.compatible.models import read_common
from adapters.providers.exchange import FOR_A_LIST, FOR_A_PROBE, Exchange
from adapters.providers.listing import counted, demanded, offered, under

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.providers.chat_completions.options import ChatOptions
    from adapters.providers.listing import Entry, ListOf, Read
    from adapters.providers.verdicts.rules import Dialect
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import OfferedModel, Preset

    Probe = Callable[[Exchange, str], Awaitable[Finding]]
    ListModels = Callable[[Exchange, str], Awaitable[list[OfferedModel]]]

LISTED: Final = under("data", "models")
_NO_SUCH_LIST: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service; `probe` and `list_models` are given the exchange and the endpoint. Without a preset: any server.

    `base_of_prompts` makes of the endpoint the address below which prompts are run; most often they are the same.
    """

    preset: Preset | None
    dialect: Dialect
    probe: Probe
    list_models: ListModels
    options: ChatOptions
    base_of_prompts: Callable[[str], str] = str


def probe_list(*, proves_key: bool, list_of: ListOf = LISTED) -> Probe:
    """Return a probe that asks for the model list; it proves a key only where nobody gets the list without one."""

    async def probe(exchange: Exchange, endpoint: str) -> Finding:
        answer = await exchange.get(address(endpoint, "models"), FOR_A_PROBE)
        return counted(answer, list_of, proves_key=proves_key)

    return probe


def one_page(read: Read = read_common, list_of: ListOf = LISTED) -> ListModels:
    """Return what reads a list that has no pages."""

    async def list_models(exchange: Exchange, endpoint: str) -> list[OfferedModel]:
        answer = await exchange.get(address(endpoint, "models"), FOR_A_LIST)
        return offered(exchange, demanded(answer, list_of), read)

    return list_models


async def entries_if_there(exchange: Exchange, endpoint: str, *path: str) -> list[Entry]:
    """Return a further list's entries; none when the service has no such list.

    Raises:
        UpstreamFailure: it has one, but did not hand it out.
    """
    answer = await exchange.get(address(endpoint, *path), FOR_A_LIST)
    return [] if answer.status == _NO_SUCH_LIST else demanded(answer, LISTED)
