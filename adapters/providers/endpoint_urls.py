"""Builds URLs below a provider's endpoint."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

# The colon is Google's separator of a model and its method, and is part of Ollama's and OpenRouter's ids; RFC 3986
# allows it in a path. A slash inside a part, as in `meta-llama/Llama-3.3-70B`, is encoded, for it separates none.
_ALLOWED_IN_PART: Final = ":"


def endpoint_url(base: str, *parts: str, query: Mapping[str, str] | None = None) -> str:
    """Return the URL of the path below a base URL, each part and the query percent-encoded."""
    return _below(base, parts) + (f"?{urlencode(query, quote_via=quote)}" if query else "")


@lru_cache(maxsize=1_024)
def _below(base: str, parts: tuple[str, ...]) -> str:
    return base.rstrip("/") + "".join(f"/{quote(part, safe=_ALLOWED_IN_PART)}" for part in parts)


def without_version(base: str) -> str:
    """Return the base URL without `/v1` at its end: the server's root."""
    return base.rstrip("/").removesuffix("/v1")


def with_version(base: str) -> str:
    """Return the base URL with `/v1` at its end, whether or not it was there."""
    return f"{without_version(base)}/v1"
