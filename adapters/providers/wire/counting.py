"""Counting the tokens of a prompt without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.providers.exchange import Patience
from adapters.providers.reading import mapping
from adapters.providers.wire.failures import refusal
from adapters.providers.wire.parsed import count
from adapters.providers.wire.running import written

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from adapters.providers.exchange import Exchange
    from adapters.providers.wire.protocol import PromptProtocol
    from application.prompts.generation import GenerationRequest

_MOST_BYTES: Final = 1024 * 1024


def countable(protocol: PromptProtocol, request: GenerationRequest, fields: AbstractSet[str]) -> dict[str, Any]:
    """Return the fields of the body for a prompt that count; all of a client's own body, which is meant for counting.

    Raises:
        InvalidInput: the prompt cannot be said in this protocol.
    """
    client = request.client
    own = client.body.keys() if client.protocol == protocol.name else frozenset[str]()
    body = written(protocol, request, stream=False).body
    return {name: value for name, value in body.items() if name in fields or name in own}


async def counted_tokens(
    exchange: Exchange, url: str, body: dict[str, Any], field: str, request: GenerationRequest
) -> int:
    """Return the number of tokens that the provider counts in the body, which it tells in the field.

    Raises:
        OutboundFailure: there was no answer that could be read.
        UpstreamFailure: it is a refusal, or makes no sense.
    """
    answer = await exchange.post(url, body, Patience(seconds=request.deadline_seconds, max_bytes=_MOST_BYTES))
    tokens = count(mapping(answer.document).get(field))
    if tokens is None:
        raise refusal(answer, answer.body, answer.document)
    return tokens
