"""From the pages of a provider's model list to the models on offer: all of them, or a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.exchange import FOR_A_LIST
from adapters.providers.reading import mapping
from adapters.providers.verdicts import meanings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapters.providers.exchange import Answer, Exchange
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import OfferedModel

    Entry = Mapping[str, Any]
    ListOf = Callable[[object], list[Entry] | None]
    Read = Callable[[Entry], OfferedModel | None]
    NextPage = Callable[[Mapping[str, Any]], tuple[bool, object]]

# Far above any provider's list (OpenRouter: 364 in 2026), far below what would hurt.
MOST_MODELS: Final = 20_000
MOST_PAGES: Final = 200
_LONGEST_TOKEN: Final = 2_000


def under(*names: str) -> ListOf:
    """Return what finds the entries of a list that stands under one of the names."""

    def entries(document: object) -> list[Entry] | None:
        fields = mapping(document)
        return only_entries(next((fields[name] for name in names if isinstance(fields.get(name), list)), None))

    return entries


def only_entries(listed: object) -> list[Entry] | None:
    """Return the objects of a list; none when it is no list, or one of something else."""
    if not isinstance(listed, list):
        return None
    entries: list[Entry] = [entry for entry in listed if isinstance(entry, dict)]
    return entries if entries or not listed else None


def demanded(answer: Answer, list_of: ListOf) -> list[Entry]:
    """Return the entries of an answer.

    Raises:
        UpstreamFailure: it is a refusal, or no list.
    """
    entries = list_of(answer.document)
    if entries is None:
        raise answer.refusal().failure()
    return entries


def counted(answer: Answer, list_of: ListOf, *, proves_key: bool = True) -> Finding:
    """Return the finding of a probe that asked for a list on one page."""
    entries = list_of(answer.document)
    return answer.refusal() if entries is None else answer.fine(models=len(entries), proves_key=proves_key)


async def every_entry(
    exchange: Exchange, page_address: Callable[[str | None], str], next_page: NextPage, list_of: ListOf
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
        answer = await exchange.get(page_address(token), FOR_A_LIST)
        entries += demanded(answer, list_of)
        has_more, following = next_page(mapping(answer.document))
        if len(entries) > MOST_MODELS:
            break
        if not has_more:
            return entries
        if not isinstance(following, str) or not 0 < len(following) <= _LONGEST_TOKEN or following in seen:
            break
        seen.add(following)
        token = following
    raise exchange.failure(meanings.ENDLESS)


def offered(exchange: Exchange, entries: Iterable[Entry], read: Read) -> list[OfferedModel]:
    """Return the models, each id once, in the provider's order; an entry without an id is nothing to be used.

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
        raise exchange.failure(meanings.UNREADABLE)
    return list(models.values())
