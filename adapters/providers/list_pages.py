"""Where a list continues: in the words of all the services that list models a page at a time.

Of a link only the query is taken, for the list's own address: a key is sent nowhere else, whatever a page contains.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

from adapters.providers.json_values import mapping

Query = Mapping[str, str]

_LONGEST_TOKEN: Final = 2_000
# Beside the list, or in one of these objects.
_OBJECTS: Final = (
    "links",
    "_links",
    "meta",
    "metadata",
    "pagination",
    "paging",
    "pageInfo",
    "page_info",
    "result_info",
)
_LINKS: Final = (
    "next",
    "next_url",
    "nextUrl",
    "next_page",
    "nextPage",
    "next_page_url",
    "nextPageUrl",
    "next_link",
    "nextLink",
    "@odata.nextLink",
)
_PARAMETER_OF: Final = {
    "nextPageToken": "pageToken",
    "next_page_token": "page_token",
    "nextCursor": "cursor",
    "next_cursor": "cursor",
    "nextToken": "nextToken",
    "next_token": "next_token",
    "continuationToken": "continuationToken",
    "continuation_token": "continuation_token",
}
_HAS_MORE: Final = ("has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage")
_LAST: Final = ("last_id", "lastId", "endCursor", "end_cursor")
_PAGE: Final = ("page", "current_page", "currentPage")
_PAGES: Final = ("total_pages", "totalPages", "last_page", "lastPage", "pages")
_TOTAL: Final = ("total", "total_count", "totalCount", "total_items", "totalItems")
_LINK_HEADER: Final = re.compile(r'<([^>]*)>\s*;[^,<]*\brel\s*=\s*"?[^",;]*\bnext\b', re.IGNORECASE)


class UnknownPagination(ValueError):
    """The list continues, and names its next page in no known way."""


def query_of_next_page(
    document: object, headers: Mapping[str, str], query: Query, *, page: Sequence[Mapping[str, Any]], listed: int
) -> Query | None:
    """Return the query of the page after this one; None at the end of the list.

    `query` is that of the first page, `page` holds the entries of this one, `listed` counts all entries so far.

    Raises:
        UnknownPagination: there is more, and it is not known how to come by it.
    """
    said = [mapping(document), *(mapping(mapping(document).get(name)) for name in _OBJECTS)]
    header = _LINK_HEADER.search(headers.get("link", ""))
    link = header[1] if header else next((link for each in said for link in _links(each)), None)
    if link is not None:
        return _linked(link, query)
    for name, parameter in _PARAMETER_OF.items():
        token = _first(said, (name,))
        if token is not None and token != "":
            return {**query, parameter: _token(token)}
    has_more = _first(said, _HAS_MORE)
    if has_more is not None:
        return {**query, **_after_last(said, page)} if has_more not in (False, 0, "", "false") else None
    return _counted(said, query, page=page, listed=listed)


def _links(said: Mapping[str, Any]) -> Iterator[str]:
    for name in _LINKS:
        value = said.get(name)
        if isinstance(value, dict):
            value = value.get("href") or value.get("url")
        if value:
            is_page = isinstance(value, int) and not isinstance(value, bool)
            yield str(value) if is_page or isinstance(value, str) else ""


def _linked(link: str, query: Query) -> Query:
    if "?" in link:
        return dict(parse_qsl(link.partition("?")[2].partition("#")[0], keep_blank_values=True)) or _lost()
    if link.isascii() and link.isdigit():
        return {**query, "page": link}
    return _lost()


def _after_last(said: Sequence[Mapping[str, Any]], page: Sequence[Mapping[str, Any]]) -> Query:
    """Return how OpenAI and Anthropic name the entry after which a page begins."""
    document = said[0]
    tells_last = any(name in each for each in said for name in _LAST)
    last = _first(said, _LAST) if tells_last else page[-1].get("id") if page else None
    is_anthropic = "last_id" in document and document.get("object") != "list"
    return {"after_id" if is_anthropic else "after": _token(last if isinstance(last, str) else None)}


def _counted(
    said: Sequence[Mapping[str, Any]], query: Query, *, page: Sequence[Mapping[str, Any]], listed: int
) -> Query | None:
    """Return the next page of a list that only counts its pages or its entries."""
    number, pages, total = (_number(said, names) for names in (_PAGE, _PAGES, _TOTAL))
    is_whole = pages <= number if pages is not None and number is not None else total is None or total <= listed
    if is_whole:
        return None
    if not page:
        _lost()
    return {**query, "offset": str(listed)} if number is None else {**query, "page": str(number + 1)}


def _token(value: object) -> str:
    token = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return token if isinstance(token, str) and 0 < len(token) <= _LONGEST_TOKEN else _lost()


def _first(said: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    return next((each[name] for each in said for name in names if each.get(name) is not None), None)


def _number(said: Sequence[Mapping[str, Any]], names: Sequence[str]) -> int | None:
    value = _first(said, names)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _lost() -> NoReturn:
    raise UnknownPagination
