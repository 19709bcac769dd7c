"""Anthropic's prompt cache: what a request up to its breakpoints costs, and what was read.

Source: platform.claude.com/docs/en/build-with-claude/prompt-caching. The sandbox caches prefixes of any length.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import orjson

from sandbox.json_fields import JsonObject, object_at, objects_at, text_at
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused
from sandbox.token_counting import IMAGE_TOKENS, split_tokens

_MOST_BREAKPOINTS = 4
_LIFETIMES = ("5m", "1h")


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Tokens that were read from the cache, and written to it for five minutes and for an hour."""

    read: int = 0
    short: int = 0
    long: int = 0

    @property
    def written(self) -> int:
        """All that was written."""
        return self.short + self.long


def use_cache(call: ApiCall) -> CacheUse:
    """What this request reads and writes; its prefixes are remembered.

    Raises:
        RequestRefused: there are too many breakpoints, or one is where it may not be.
    """
    pieces = list(_pieces(call.json()))
    marked = [_lifetime(piece) for piece in pieces]
    if sum(1 for each in marked if each) > _MOST_BREAKPOINTS:
        found = sum(1 for each in marked if each)
        message = f"A maximum of {_MOST_BREAKPOINTS} blocks with cache_control may be provided. Found {found}."
        raise RequestRefused(400, message)
    prefix, tokens, read, short, long = (call.key or ""), 0, 0, 0, 0
    for piece, lifetime in zip(pieces, marked, strict=True):
        bare = orjson.dumps(without_breakpoints(piece)).decode()
        prefix = sha256((prefix + bare).encode()).hexdigest()
        tokens += _cost(piece)
        if prefix in call.cache:
            read, short, long = tokens, 0, 0
        elif lifetime:
            fresh = tokens - read - short - long
            short, long = (short + fresh, long) if lifetime == "5m" else (short, long + fresh)
            call.cache[prefix] = tokens
    return CacheUse(read, short, long)


def without_breakpoints(value: object) -> object:
    """The value without `cache_control`, which is no part of what is cached."""
    if isinstance(value, dict):
        return {name: without_breakpoints(each) for name, each in value.items() if name != "cache_control"}
    return [without_breakpoints(each) for each in value] if isinstance(value, list) else value


def blocks_of(source: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The blocks under `name`; a string is one block of text."""
    plain = text_at(source, name)
    return [{"type": "text", "text": plain}] if plain else objects_at(source, name)


def _pieces(body: JsonObject) -> Iterator[Mapping[str, object]]:
    """All that can be cached, in the order in which it is: tools, system, messages. One at the top marks the end."""
    pieces = [*objects_at(body, "tools"), *blocks_of(body, "system")]
    for message in objects_at(body, "messages"):
        pieces += blocks_of(message, "content")
    if object_at(body, "cache_control") and pieces:
        pieces[-1] = {"cache_control": body["cache_control"], **pieces[-1]}
    yield from pieces


def _lifetime(piece: Mapping[str, object]) -> str:
    """For how long the prefix up to here is kept; the empty string where there is no breakpoint."""
    control = object_at(piece, "cache_control")
    if not control:
        return ""
    if piece.get("type") == "text" and not text_at(piece, "text"):
        raise RequestRefused(400, "cache_control cannot be set for empty text blocks")
    if piece.get("type") in {"thinking", "redacted_thinking"}:
        raise RequestRefused(400, "cache_control cannot be set for thinking blocks")
    lifetime = text_at(control, "ttl") or _LIFETIMES[0]
    if control.get("type") != "ephemeral" or lifetime not in _LIFETIMES:
        raise RequestRefused(400, "cache_control: Input should be 'ephemeral' with a ttl of '5m' or '1h'")
    return lifetime


def _cost(piece: Mapping[str, object]) -> int:
    """The tokens of a piece, as the whole prompt counts them."""
    if piece.get("type") in {"image", "document"}:
        return IMAGE_TOKENS
    if "input_schema" in piece:
        schema = orjson.dumps(dict(object_at(piece, "input_schema"))).decode()
        return len(split_tokens(text_at(piece, "name") + schema))
    if piece.get("type") == "tool_result":
        return sum(_cost(block) for block in blocks_of(piece, "content"))
    return len(split_tokens(text_at(piece, "text")))
