"""Reads all pages of a provider's model list; a partial list is never returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.error_mapping import error_kinds
from adapters.providers.json_values import mapping
from adapters.providers.provider_client import LIST_LIMITS
from application.ports.provider_gateway import UpstreamFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapters.providers.provider_client import ProviderClient, ProviderResponse
    from application.ports.provider_gateway import CallOutcome, OfferedModel

    Entry = Mapping[str, Any]
    ListOf = Callable[[object], list[Entry] | None]
    Read = Callable[[Entry], OfferedModel | None]
    NextPage = Callable[[Mapping[str, Any]], tuple[bool, object]]

# Far above any provider's list (OpenRouter: 364 in 2026), far below what would hurt.
MOST_MODELS: Final = 20_000
MOST_PAGES: Final = 200
_LONGEST_TOKEN: Final = 2_000


def entries_under(*names: str) -> ListOf:
    """Return a function that extracts the list under the first of these fields that holds one."""

    def entries(document: object) -> list[Entry] | None:
        fields = mapping(document)
        return only_entries(next((fields[name] for name in names if isinstance(fields.get(name), list)), None))

    return entries


def only_entries(listed: object) -> list[Entry] | None:
    """Return the objects of a list; None if it is not a list, or has no objects."""
    if not isinstance(listed, list):
        return None
    entries: list[Entry] = [entry for entry in listed if isinstance(entry, dict)]
    return entries if entries or not listed else None


def require_entries(answer: ProviderResponse, list_of: ListOf) -> list[Entry]:
    """Return the entries of an answer.

    Raises:
        UpstreamFailure: it is a refusal, or no list.
    """
    entries = list_of(answer.document)
    if entries is None:
        raise UpstreamFailure(answer.refusal())
    return entries


def counted(answer: ProviderResponse, list_of: ListOf, *, proves_key: bool = True) -> CallOutcome:
    """Return the outcome of a probe that asked for a list on one page."""
    entries = list_of(answer.document)
    return answer.refusal() if entries is None else answer.success(models=len(entries), proves_key=proves_key)


async def fetch_all_pages(
    exchange: ProviderClient, page_address: Callable[[str | None], str], next_page: NextPage, list_of: ListOf
) -> list[Entry]:
    """Walk all pages: `page_address` makes the URL from a token, `next_page` tells whether there is more and where.

    Raises:
        OutboundFailure: a page could not be read.
        UpstreamFailure: a page was refused or is no list, or the pages repeat themselves or do not end.
    """
    entries: list[Entry] = []
    token: str | None = None
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = await exchange.get(page_address(token), LIST_LIMITS)
        entries += require_entries(answer, list_of)
        has_more, following = next_page(mapping(answer.document))
        if len(entries) > MOST_MODELS:
            break
        if not has_more:
            return entries
        if not isinstance(following, str) or not 0 < len(following) <= _LONGEST_TOKEN or following in seen:
            break
        seen.add(following)
        token = following
    raise exchange.failure(error_kinds.ENDLESS_PAGES)


def read_models(exchange: ProviderClient, entries: Iterable[Entry], read: Read) -> list[OfferedModel]:
    """Return the models in the provider's order, without duplicates and entries without an id.

    Raises:
        UpstreamFailure: there are entries, but none of them is a model.
    """
    models: dict[str, OfferedModel] = {}
    entries = list(entries)
    for entry in entries:
        model = read(entry)
        if model is not None:
            models.setdefault(model.model_id, model)
    if entries and not models:
        raise exchange.failure(error_kinds.UNREADABLE)
    return list(models.values())
