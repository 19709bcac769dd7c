"""Reads all pages of a provider's model list; a partial list is never returned."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from adapters.providers.endpoint_urls import endpoint_url
from adapters.providers.error_mapping import error_kinds
from adapters.providers.json_values import mapping
from adapters.providers.list_pages import UnknownPagination, query_of_next_page
from adapters.providers.provider_client import LIST_LIMITS, ProviderClient, ProviderResponse
from application.ports.provider_gateway import CallOutcome, OfferedModel, UpstreamFailure
from application.run_in_thread import run_in_thread_if_large

Entry = Mapping[str, Any]
ListOf = Callable[[object], list[Entry] | None]
Read = Callable[[Entry], OfferedModel | None]

# Far above any provider's list (OpenRouter: 364 in 2026), far below what would hurt.
MOST_MODELS: Final = 20_000
MOST_PAGES: Final = 200
MOST_BYTES: Final = 32 * 1024 * 1024


def entries_under(*names: str) -> ListOf:
    """Return a function that extracts the list under the first of these fields that holds one, or a bare list."""

    def entries(document: object) -> list[Entry] | None:
        if isinstance(document, list):
            return only_entries(document)
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
        raise UpstreamFailure(_refusal(answer))
    return entries


def _refusal(answer: ProviderResponse) -> CallOutcome:
    return answer.outcome_for(error_kinds.TOO_LONG) if answer.holds_too_much else answer.refusal()


def counted(answer: ProviderResponse, list_of: ListOf, *, proves_key: bool = True) -> CallOutcome:
    """Return the outcome of a probe that requested a list; models are only counted where one page has them all."""
    entries = list_of(answer.document)
    if entries is None:
        return _refusal(answer)
    try:
        further = query_of_next_page(answer.document, answer.headers, {}, page=entries, listed=len(entries))
        count = len(entries) if further is None else None
    except UnknownPagination:
        count = None
    return answer.success(models=count, proves_key=proves_key)


async def fetch_list(exchange: ProviderClient, url: str, list_of: ListOf) -> list[Entry]:
    """Return the entries of all pages of a list, which begins at the URL and names its next page.

    Raises:
        OutboundFailure: a page could not be read.
        UpstreamFailure: a page was refused or is no list; or the pages repeat themselves, do not end, are too many or
            too large, or do not name the next page.
    """
    return await fetch_rest(exchange, url, await exchange.get(url, LIST_LIMITS), list_of)


async def fetch_rest(exchange: ProviderClient, url: str, answer: ProviderResponse, list_of: ListOf) -> list[Entry]:
    """Return the entries of all pages of a list, of which the first is there; errors as for `fetch_list`."""
    base, _, written = url.partition("?")
    first = dict(parse_qsl(written, keep_blank_values=True))
    entries: list[Entry] = []
    known: set[str] = set()
    asked: list[Mapping[str, str]] = [first]
    size = 0
    for _ in range(MOST_PAGES):
        page = require_entries(answer, list_of)
        ids = _ids(page)
        if page and entries and ids <= known:
            break
        known |= ids
        entries += page
        size += len(answer.body)
        if len(entries) > MOST_MODELS or size > MOST_BYTES:
            raise exchange.failure(error_kinds.TOO_LONG)
        try:
            query = query_of_next_page(answer.document, answer.headers, first, page=page, listed=len(entries))
        except UnknownPagination:
            break
        if query is None:
            return entries
        if query in asked:
            break
        asked.append(query)
        answer = await exchange.get(endpoint_url(base, query=query), LIST_LIMITS)
    raise exchange.failure(error_kinds.ENDLESS_PAGES)


def _ids(page: Sequence[Entry]) -> set[str]:
    return {str(entry.get("id") or entry.get("name") or entry.get("model")) for entry in page}


async def read_models(exchange: ProviderClient, entries: Iterable[Entry], read: Read) -> list[OfferedModel]:
    """Return the models in the provider's order, without duplicates and entries without an id.

    Raises:
        UpstreamFailure: there are entries, but none of them is a model.
    """
    entries = list(entries)
    models = await run_in_thread_if_large(entries, lambda: _models(entries, read))
    if entries and not models:
        raise exchange.failure(error_kinds.UNREADABLE)
    return models


def _models(entries: Iterable[Entry], read: Read) -> list[OfferedModel]:
    models: dict[str, OfferedModel] = {}
    for entry in entries:
        model = read(entry)
        if model is not None:
            models.setdefault(model.model_id, model)
    return list(models.values())
