"""Counting the tokens of a prompt without running it."""

from collections.abc import Set as AbstractSet
from typing import Any, Final

from adapters.providers.json_values import mapping
from adapters.providers.prompting.answer_errors import refusal
from adapters.providers.prompting.fetched_addresses import check_fetched_addresses
from adapters.providers.prompting.parsed_completion import count
from adapters.providers.prompting.prompt_protocol import PromptProtocol
from adapters.providers.prompting.send_prompt import build_request
from adapters.providers.provider_client import ProviderClient, RequestLimits
from application.prompts.generation import GenerationRequest

_MOST_BYTES: Final = 1024 * 1024


def countable(protocol: PromptProtocol, request: GenerationRequest, fields: AbstractSet[str]) -> dict[str, Any]:
    """Return the fields of the body for a prompt that count; all of a client's own body, which is meant for counting.

    Raises:
        InvalidInput: the prompt cannot be expressed in this protocol.
    """
    client = request.client
    own = client.body.keys() if client.protocol == protocol.name else frozenset[str]()
    body = build_request(protocol, request, stream=False).body
    return {name: value for name, value in body.items() if name in fields or name in own}


async def counted_tokens(
    exchange: ProviderClient, url: str, body: dict[str, Any], field: str, request: GenerationRequest
) -> int:
    """Return the number of tokens that the provider counts in the body, from this field of its answer.

    Raises:
        OutboundFailure: there was no answer that could be read.
        UpstreamFailure: it is a refusal, or makes no sense.
    """
    await check_fetched_addresses(exchange, url, body, request.client)
    answer = await exchange.post(url, body, RequestLimits(seconds=request.deadline_seconds, max_bytes=_MOST_BYTES))
    tokens = count(mapping(answer.document).get(field))
    if tokens is None:
        raise refusal(answer, answer.body, answer.document)
    return tokens
