"""The official Anthropic client."""

from collections.abc import Mapping, Sequence
from typing import Any

import anthropic

from tests.clients.client import CITY, ClientError, ClientResult
from tests.clients.openai_client import City

_STEPS = 4
_LONGEST = 4096
# The budget is for models that know no effort.
_BUDGET = 2048


class AnthropicMessages:
    """Implements `Client`."""

    name = "anthropic"
    version = anthropic.__version__
    api = "messages"
    operations = frozenset({"chat", "stream", "tools", "schema", "image", "pdf", "think", "count", "leave"})

    def __init__(self, url: str, token: str) -> None:
        # Typed for the literals that people write; here they come from elsewhere.
        self._client: Any = anthropic.AsyncAnthropic(base_url=url, api_key=token, max_retries=0, timeout=120)

    async def run(self, operation: str, /, **arguments: Any) -> ClientResult:
        try:
            result: ClientResult = await getattr(self, operation)(**arguments)
        except anthropic.APIError as error:
            raise _seen(error) from error
        return result

    async def chat(self, model: str, text: str) -> ClientResult:
        return _message(await self._message(model=model, messages=_user(text)))

    async def stream(self, model: str, text: str) -> ClientResult:
        return _message(await self._message(is_streamed=True, model=model, messages=_user(text)))

    async def tools(
        self,
        model: str,
        text: str,
        tools: Sequence[Mapping[str, Any]],
        results: Mapping[str, str],
        choice: str | None = None,
        effort: str | None = None,
        *,
        is_streamed: bool = False,
    ) -> ClientResult:
        messages = _user(text)
        more: dict[str, Any] = _thinking(model, effort) if effort else {}
        if choice:
            more["tool_choice"] = {"type": "tool", "name": choice}
        offered = [
            {"name": tool["name"], "description": tool["description"], "input_schema": tool["parameters"]}
            for tool in tools
        ]
        steps: list[Any] = []
        while len(steps) < _STEPS:
            answer = await self._message(is_streamed=is_streamed, model=model, messages=messages, tools=offered, **more)
            calls = [block for block in answer.content if block.type == "tool_use"]
            if not calls:
                assert answer.stop_reason == "end_turn", answer.stop_reason
                return {"steps": steps, "text": _words(answer), "thoughts": _thoughts(answer)}
            assert answer.stop_reason == "tool_use", answer.stop_reason
            steps.append([{"name": call.name, "arguments": call.input} for call in calls])
            if choice:
                break
            found = [{"type": "tool_result", "tool_use_id": call.id, "content": results[call.name]} for call in calls]
            messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": found}]
        return {"steps": steps, "text": "", "thoughts": ""}

    async def schema(self, model: str, text: str) -> ClientResult:
        answer = await self._client.messages.parse(
            model=model, max_tokens=_LONGEST, messages=_user(text), output_format=City
        )
        plain = {"format": {"type": "json_schema", "schema": CITY}}
        same = await self._message(model=model, messages=_user(text), output_config=plain)
        assert City.model_validate_json(_words(same)) == answer.parsed_output
        return {"value": answer.parsed_output.model_dump()}

    async def image(self, model: str, text: str, data: str) -> ClientResult:
        source = {"type": "base64", "media_type": "image/png", "data": data}
        return await self._shown(model, text, {"type": "image", "source": source})

    async def pdf(self, model: str, text: str, data: str) -> ClientResult:
        source = {"type": "base64", "media_type": "application/pdf", "data": data}
        return await self._shown(model, text, {"type": "document", "source": source})

    async def think(self, model: str, text: str, effort: str, *, is_streamed: bool) -> ClientResult:
        answer = await self._message(
            is_streamed=is_streamed, model=model, messages=_user(text), **_thinking(model, effort)
        )
        return {"text": _words(answer), "thoughts": _thoughts(answer)}

    async def count(self, model: str, text: str) -> ClientResult:
        counted = await self._client.messages.count_tokens(model=model, messages=_user(text))
        return {"tokens": counted.input_tokens}

    async def leave(self, model: str, text: str) -> ClientResult:
        async with self._client.messages.stream(model=model, max_tokens=_LONGEST, messages=_user(text)) as stream:
            async for _words in stream.text_stream:
                break
        return {}

    async def _message(self, *, is_streamed: bool = False, **body: Any) -> Any:
        if not is_streamed:
            return await self._client.messages.create(max_tokens=_LONGEST, **body)
        async with self._client.messages.stream(max_tokens=_LONGEST, **body) as stream:
            return await stream.get_final_message()

    async def _shown(self, model: str, text: str, block: Mapping[str, Any]) -> ClientResult:
        messages = [{"role": "user", "content": [block, {"type": "text", "text": text}]}]
        return _message(await self._message(model=model, messages=messages))

    async def close(self) -> None:
        await self._client.close()


def _thinking(model: str, effort: str) -> dict[str, Any]:
    """Return how to request thoughts: the newest models of Claude take an effort, all others a budget."""
    if model.startswith("Anthropic 5"):
        return {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": effort}}
    return {"thinking": {"type": "enabled", "budget_tokens": _BUDGET}}


def _user(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


def _message(answer: Any) -> ClientResult:
    finish = {"end_turn": "stop"}.get(answer.stop_reason, answer.stop_reason)
    usage = answer.usage
    return {"text": _words(answer), "finish": finish, "tokens": [usage.input_tokens, usage.output_tokens]}


def _words(answer: Any) -> str:
    return "".join(block.text for block in answer.content if block.type == "text")


def _thoughts(answer: Any) -> str:
    return "".join(block.thinking for block in answer.content if block.type == "thinking")


def _seen(error: anthropic.APIError) -> ClientError:
    body: Any = error.body
    result = (body.get("error") if isinstance(body, dict) else None) or {}
    return ClientError(
        status=getattr(error, "status_code", None),
        code=result.get("type"),
        param=None,
        message=result.get("message") or error.message,
        raised=type(error).__name__,
    )
