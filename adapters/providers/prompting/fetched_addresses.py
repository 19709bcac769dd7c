"""Addresses in a prompt that the provider fetches itself: pictures and documents.

A server inside a network reaches what the caller does not. It only receives addresses that this service may call.
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.prompting.unsupported_fields import pointer
from adapters.providers.provider_client import ProviderClient
from application.errors import EndpointRefused, InvalidInput
from application.prompts.generation import ClientRequest

MOST_ADDRESSES: Final = 20
# Where the protocols have them: image_url and file_url, a source's url, fileData's fileUri.
_FIELDS: Final = frozenset({"url", "image_url", "file_url", "fileUri", "file_uri", "server_url"})
# What a tool is called with, and how its arguments look, are the conversation's words: nobody fetches them.
_WORDS: Final = frozenset({"args", "response", "parameters", "input_schema", "schema", "metadata"})
_HOLDERS: Final = (dict, list)
_CALLS: Final = frozenset({"tool_use", "server_tool_use"})


async def check_fetched_addresses(
    exchange: ProviderClient, url: str, body: Mapping[str, Any], client: ClientRequest
) -> None:
    """Let pass what a provider inside the operator's network may fetch; public providers fetch what they like.

    Raises:
        InvalidInput: an address may not be called from here, or there are too many.
    """
    if not exchange.is_inside(url):
        return
    addresses = fetched_addresses(body)
    if len(addresses) > MOST_ADDRESSES:
        raise InvalidInput(
            _place(client), f"At most {MOST_ADDRESSES} addresses can be fetched for a prompt: send the files as data."
        )
    for address in addresses:
        try:
            await exchange.check_address(address)
        except EndpointRefused as error:
            message = f"{error.message} This model's server must not fetch the address: send the file itself as data."
            raise InvalidInput(_place(client), message) from error


def fetched_addresses(body: object) -> list[str]:
    """Return each address in the body once, in no particular order."""
    found: dict[str, None] = {}
    left = [body]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            for name, held in value.items():
                if name in _WORDS or (name == "input" and value.get("type") in _CALLS):
                    continue
                if isinstance(held, _HOLDERS):
                    left.append(held)
                elif name in _FIELDS and isinstance(held, str) and not held[:5].lower().startswith("data:"):
                    found[held] = None
        elif isinstance(value, list):
            left.extend(each for each in value if isinstance(each, _HOLDERS))
    return list(found)


def _place(client: ClientRequest) -> str:
    if client.protocol is None:
        return pointer(client.conversation().name_of("messages"))
    return "/input" if client.protocol == "responses" else "/messages"
