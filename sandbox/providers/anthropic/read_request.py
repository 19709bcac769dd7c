"""Parse and validate a Messages request, with Anthropic's error messages."""

from collections.abc import Mapping, Sequence

from sandbox.json_fields import JsonObject, count_at, list_at, objects_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_prompt import ParsedPrompt, ToolResult, Turn, prompt_from_turns
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused
from sandbox.providers.anthropic.media_blocks import read_media
from sandbox.providers.anthropic.model_rules import Claude, rules_of
from sandbox.providers.anthropic.prompt_caching import blocks_of
from sandbox.providers.anthropic.thinking_options import read_thinking
from sandbox.providers.anthropic.thinking_signatures import check_signatures
from sandbox.providers.anthropic.tool_options import check_results, read_format, read_tool_options

NEWEST_VERSION = "2026-10-21"
_VERSIONS = {"2023-01-01", "2023-06-01", NEWEST_VERSION}
#: Removed from the API on 2026-10-21, together with that version.
_SAMPLING = ("temperature", "top_p", "top_k")
#: What Anthropic's proxy lets through, in bytes.
_LARGEST_BODY = 32 * 1024 * 1024
_BLOCKS = {"text", "image", "document", "search_result", "thinking", "redacted_thinking", "tool_use", "tool_result"}


def check_version(call: ApiCall) -> None:
    """Hold the caller to the `anthropic-version` header.

    Raises:
        RequestRefused: it is absent or names no version.
    """
    version = call.headers.get("anthropic-version")
    if version is None:
        raise RequestRefused(400, "anthropic-version: header is required")
    if version not in _VERSIONS:
        raise RequestRefused(400, f'anthropic-version: "{version}" is not a valid version')


def read_model(call: ApiCall) -> SimulatedModel:
    """The model to talk to.

    Raises:
        RequestRefused: none was named or it does not exist.
    """
    name = text_at(call.json(), "model")
    if not name:
        raise RequestRefused(400, "model: Field required")
    model = call.catalogue.find(name)
    if model is None:
        raise RequestRefused(404, f"model: {name}", kind="not_found_error")
    return model


def read_limit(call: ApiCall, model: SimulatedModel) -> int:
    """The largest number of output tokens, which every request must name; 0 only warms the cache.

    Raises:
        RequestRefused: it is absent, negative, or above the model's own; or the body is too large, or a sampling
            parameter was sent under the version that removed them.
    """
    body = call.json()
    if call.body_size > _LARGEST_BODY:
        raise RequestRefused(413, "Request exceeds the maximum allowed number of bytes.", kind="request_too_large")
    if call.headers.get("anthropic-version") == NEWEST_VERSION:
        _refuse_sampling(body)
    limit = count_at(body, "max_tokens")
    if limit is None:
        raise RequestRefused(400, "max_tokens: Field required")
    if limit < 0:
        raise RequestRefused(400, "max_tokens: Input should be greater than or equal to 0")
    if model.output_limit is not None and limit > model.output_limit:
        message = (
            f"max_tokens: {limit} > {model.output_limit}, which is the maximum allowed number of output tokens for "
            f"{model.id}"
        )
        raise RequestRefused(400, message)
    return limit


def read_prompt(call: ApiCall, model: SimulatedModel) -> ParsedPrompt:
    """The prompt of a Messages request.

    Raises:
        RequestRefused: a message, a tool, a signature or an image is not as it should be.
    """
    body = call.json()
    rules = rules_of(model)
    messages = objects_at(body, "messages")
    if not messages:
        raise RequestRefused(400, "messages: at least one message is required")
    tool_options = read_tool_options(body)
    turns = _turns(messages, model, rules)
    _check_end(messages[-1], rules)
    check_results(messages)
    check_signatures(call, model, messages)
    system = Turn(role="system", text=_joined(body, "system"))
    spoken = prompt_from_turns([system, *turns])
    return prompt_from_turns(
        [system, *turns],
        tools=tool_options.tools,
        forced=tool_options.forced,
        parallel=tool_options.parallel,
        schema=read_format(body, rules),
        stops=tuple(str(stop) for stop in list_at(body, "stop_sequences")),
        thinking=read_thinking(body, rules, spoken.text),
    )


def _turns(messages: Sequence[Mapping[str, object]], model: SimulatedModel, rules: Claude) -> list[Turn]:
    names = {
        text_at(block, "id"): text_at(block, "name")
        for message in messages
        for block in objects_at(message, "content")
        if block.get("type") == "tool_use"
    }
    turns: list[Turn] = []
    for at, message in enumerate(messages):
        role = message.get("role")
        if role not in {"user", "assistant"} and not (role == "system" and rules.takes_system_turns):
            raise RequestRefused(400, f"messages.{at}.role: Input should be 'user' or 'assistant'")
        _check_blocks(message, at, is_last=at == len(messages) - 1)
        images = read_media(list_at(message, "content"), f"messages.{at}.content", model)
        results = tuple(
            ToolResult(
                names.get(text_at(block, "tool_use_id"), "tool"),
                _joined(block, "content"),
                is_error=block.get("is_error") is True,
            )
            for block in objects_at(message, "content")
            if block.get("type") == "tool_result"
        )
        text = _joined(message, "content")
        if role == "user":
            turns.append(Turn(role="user" if text else "tool", text=text, images=images, results=results))
        else:
            turns.append(Turn(role="assistant" if role == "assistant" else "system", text=text))
    return turns


def _check_blocks(message: Mapping[str, object], at: int, *, is_last: bool) -> None:
    blocks = blocks_of(message, "content")
    if not blocks and not (is_last and message.get("role") == "assistant"):
        text = (
            f"messages.{at}: all messages must have non-empty content except for the optional final assistant message"
        )
        raise RequestRefused(400, text)
    for block_at, block in enumerate(blocks):
        kind = text_at(block, "type")
        if kind not in _BLOCKS and not kind.endswith(("_tool_use", "_tool_result", "_upload")):
            listed = ", ".join(f"'{each}'" for each in sorted(_BLOCKS))
            text = (
                f"messages.{at}.content.{block_at}: Input tag '{kind}' found using 'type' does not match any of the "
                f"expected tags: {listed}"
            )
            raise RequestRefused(400, text)
        if kind == "text" and not text_at(block, "text"):
            raise RequestRefused(400, "messages: text content blocks must be non-empty")


def _check_end(last: Mapping[str, object], rules: Claude) -> None:
    if last.get("role") != "assistant":
        return
    if not rules.continues_prefill:
        message = (
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
        raise RequestRefused(400, message)
    if _joined(last, "content").rstrip() != _joined(last, "content"):
        raise RequestRefused(400, "messages: final assistant content cannot end with trailing whitespace")


def _refuse_sampling(body: JsonObject) -> None:
    for name in _SAMPLING:
        if name in body:
            raise RequestRefused(400, f"{name}: Extra inputs are not permitted")


def _joined(source: Mapping[str, object], name: str) -> str:
    return "\n".join(text_at(block, "text") for block in blocks_of(source, name) if "text" in block)
