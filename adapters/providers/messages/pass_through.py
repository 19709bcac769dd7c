"""A client's own Messages request on its way to Anthropic: all of it is sent on, known here or not."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.providers.messages.content_blocks import thought_block
from adapters.providers.messages.model_rules import rules_of
from adapters.providers.messages.request import max_output_tokens, takes_sampling
from adapters.providers.messages.thinking_options import lacks_thoughts
from adapters.providers.prompting.model_defaults import without_dropped
from adapters.providers.prompting.prompt_protocol import WireRequest
from application.prompts.conversation import Reasoning
from application.prompts.generation import GenerationRequest
from application.prompts.opaque_blobs import is_ours, with_blob

_BLOBS: Final = {"thinking": "signature", "redacted_thinking": "data"}


def pass_through(
    body: Mapping[str, Any],
    request: GenerationRequest,
    version: str,
    default_max_tokens: int | None = None,
    *,
    stream: bool,
) -> WireRequest:
    """Return the client's own body for this model.

    Thoughts that another provider's model had within the same conversation are taken out. Thinking is left out, and
    named, where Anthropic would refuse it because there are then no thoughts before the last call of a tool.
    """
    sent = dict(body)
    defaults = request.defaults
    sent["model"] = request.model_id
    wish = sent.get("max_tokens")
    if type(wish) is int or wish is None:
        sent["max_tokens"] = max_output_tokens(wish, request, default_max_tokens)
    ignored = _own_thoughts(sent, request.origin)
    version = request.client.headers.get("anthropic-version", version)
    for name, value in _defaults(sent, request, version).items():
        if value is not None and sent.get(name) is None:
            sent[name] = value
    sent.pop("stream", None)
    if stream:
        sent["stream"] = True
    sent, dropped = without_dropped(sent, defaults)
    return WireRequest(body=sent, ignored=(*ignored, *dropped))


def _defaults(sent: Mapping[str, Any], request: GenerationRequest, version: str) -> dict[str, Any]:
    """Return the defaults of the registered model's config that the model accepts in this version of the API."""
    defaults = request.defaults
    rules = rules_of(defaults.base_model or request.model_id)
    encoded: dict[str, Any] = {
        "stop_sequences": list(defaults.stop) if defaults.stop else None,
        "system": defaults.system_prompt,
    }
    thinking = sent.get("thinking")
    is_thinking = isinstance(thinking, dict) and thinking.get("type") in {"enabled", "adaptive"}
    if takes_sampling(version, rules) and not is_thinking:
        if rules.takes_both_samplings or sent.get("top_p") is None:
            encoded["temperature"] = defaults.temperature
        if rules.takes_both_samplings or (sent.get("temperature") is None and encoded.get("temperature") is None):
            encoded["top_p"] = defaults.top_p
    return encoded


def _own_thoughts(sent: dict[str, Any], origin: str) -> tuple[str, ...]:
    """Take out of the body what is no thought of this account and model, and return what is left out with it."""
    messages = sent.get("messages")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        return ()
    sent["messages"] = [kept for message in messages if (kept := _message(message, origin)) is not None]
    thinking = sent.get("thinking")
    if isinstance(thinking, dict) and thinking.get("type") == "enabled" and lacks_thoughts(sent):
        del sent["thinking"]
        return ("thinking",)
    return ()


def _message(message: dict[str, Any], origin: str) -> dict[str, Any] | None:
    """Return the message without foreign thoughts, none when nothing else was in it."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    blocks = [block for each in content if (block := _block(each, origin)) is not None]
    if blocks == content:
        return message
    return {**message, "content": blocks} if blocks else None


def _block(block: Any, origin: str) -> Any:  # noqa: ANN401 - JSON
    name = _BLOBS.get(str(block.get("type"))) if isinstance(block, dict) else None
    blob = block.get(name) if name is not None else None
    if not isinstance(blob, str) or not is_ours(blob):
        return block
    return thought_block(with_blob(Reasoning(text=str(block.get("thinking") or "")), blob), origin)
