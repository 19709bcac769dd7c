"""The official OpenAI client, for Chat Completions and for Responses."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import openai
from pydantic import BaseModel

from tests.clients.client import ClientError, ClientResult

_STEPS = 4


class City(BaseModel):
    """What is requested as an object."""

    name: str
    population: int
    districts: list[str]


class _OpenAIClient:
    """What both APIs have in common."""

    version = openai.__version__

    def __init__(self, url: str, token: str) -> None:
        # Typed for the literals that people write; here they come from elsewhere.
        self._client: Any = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0, timeout=120)

    async def run(self, operation: str, /, **arguments: Any) -> ClientResult:
        try:
            result: ClientResult = await getattr(self, operation)(**arguments)
        except openai.APIError as error:
            raise _seen(error) from error
        return result

    async def close(self) -> None:
        await self._client.close()

    async def embed(self, model: str, texts: Sequence[str]) -> ClientResult:
        # Requests base64 by default, and numbers if told to.
        whole = await self._client.embeddings.create(model=model, input=texts)
        plain = await self._client.embeddings.create(model=model, input=texts, encoding_format="float")
        for one, other in zip(whole.data, plain.data, strict=True):
            assert all(abs(a - b) < 1e-6 for a, b in zip(one.embedding, other.embedding, strict=True))
        assert type(whole.usage.prompt_tokens) is int
        return {"vectors": [each.embedding for each in whole.data]}


class OpenAIChat(_OpenAIClient):
    """Implements `Client`."""

    name = "openai"
    api = "chat_completions"
    operations = frozenset({"chat", "stream", "tools", "schema", "image", "pdf", "think", "embed", "leave"})

    async def chat(self, model: str, text: str) -> ClientResult:
        return _completion(await self._client.chat.completions.create(model=model, messages=_user(text)))

    async def stream(self, model: str, text: str) -> ClientResult:
        async with self._client.chat.completions.stream(
            model=model, messages=_user(text), stream_options={"include_usage": True}
        ) as stream:
            return _completion(await stream.get_final_completion())

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
        messages: list[Any] = _user(text)
        more: dict[str, Any] = {"reasoning_effort": effort} if effort else {}
        if choice:
            more["tool_choice"] = {"type": "function", "function": {"name": choice}}
        # The helper that streams parses arguments only of functions that are strict.
        offered = [{"type": "function", "function": {**tool, "strict": True}} for tool in tools]
        steps: list[Any] = []
        while len(steps) < _STEPS:
            message, finish = await self._message(is_streamed, model=model, messages=messages, tools=offered, **more)
            if not message.tool_calls:
                assert finish == "stop", finish
                return {"steps": steps, "text": message.content, "thoughts": _thoughts(message)}
            assert finish == "tool_calls" or choice, finish
            calls = message.tool_calls
            steps.append(
                [{"name": call.function.name, "arguments": json.loads(call.function.arguments)} for call in calls]
            )
            if choice:
                break
            messages += [
                message,
                *({"role": "tool", "tool_call_id": call.id, "content": results[call.function.name]} for call in calls),
            ]
        return {"steps": steps, "text": "", "thoughts": ""}

    async def schema(self, model: str, text: str) -> ClientResult:
        answer = await self._client.chat.completions.parse(model=model, messages=_user(text), response_format=City)
        return {"value": answer.choices[0].message.parsed.model_dump()}

    async def image(self, model: str, text: str, data: str) -> ClientResult:
        picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
        return await self._shown(model, text, picture)

    async def pdf(self, model: str, text: str, data: str) -> ClientResult:
        file = {"filename": "one.pdf", "file_data": f"data:application/pdf;base64,{data}"}
        return await self._shown(model, text, {"type": "file", "file": file})

    async def think(self, model: str, text: str, effort: str, *, is_streamed: bool) -> ClientResult:
        message, _ = await self._message(is_streamed, model=model, messages=_user(text), reasoning_effort=effort)
        return {"text": message.content, "thoughts": _thoughts(message)}

    async def leave(self, model: str, text: str) -> ClientResult:
        async with await self._client.chat.completions.create(model=model, messages=_user(text), stream=True) as stream:
            async for chunk in stream:
                if chunk.choices and chunk.choices[0].delta.content:
                    break
        return {}

    async def _message(self, is_streamed: bool, **body: Any) -> tuple[Any, str]:
        if not is_streamed:
            answer = await self._client.chat.completions.create(**body)
        else:
            async with self._client.chat.completions.stream(**body) as stream:
                answer = await stream.get_final_completion()
        return answer.choices[0].message, answer.choices[0].finish_reason

    async def _shown(self, model: str, text: str, part: Mapping[str, Any]) -> ClientResult:
        messages = [{"role": "user", "content": [{"type": "text", "text": text}, part]}]
        return _completion(await self._client.chat.completions.create(model=model, messages=messages))


class OpenAIResponses(_OpenAIClient):
    """Implements `Client`."""

    name = "openai"
    api = "responses"
    operations = frozenset({"chat", "stream", "tools", "schema", "image", "pdf", "think", "leave"})

    async def chat(self, model: str, text: str) -> ClientResult:
        return _response(await self._client.responses.create(model=model, input=text))

    async def stream(self, model: str, text: str) -> ClientResult:
        return _response(await self._streamed(model=model, input=text))

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
        items: list[Any] = _user(text)
        more: dict[str, Any] = {"reasoning": {"effort": effort, "summary": "auto"}} if effort else {}
        if effort:
            more["include"] = ["reasoning.encrypted_content"]
        if choice:
            more["tool_choice"] = {"type": "function", "name": choice}
        offered = [{"type": "function", **tool, "strict": True} for tool in tools]
        steps: list[Any] = []
        while len(steps) < _STEPS:
            body = {"model": model, "input": items, "tools": offered, "store": False, **more}
            answer = await self._streamed(**body) if is_streamed else await self._client.responses.create(**body)
            calls = [item for item in answer.output if item.type == "function_call"]
            if not calls:
                return {"steps": steps, "text": answer.output_text, "thoughts": _summary(answer)}
            steps.append([{"name": call.name, "arguments": json.loads(call.arguments)} for call in calls])
            if choice:
                break
            items += answer.output
            items += [
                {"type": "function_call_output", "call_id": call.call_id, "output": results[call.name]}
                for call in calls
            ]
        return {"steps": steps, "text": "", "thoughts": ""}

    async def schema(self, model: str, text: str) -> ClientResult:
        answer = await self._client.responses.parse(model=model, input=text, text_format=City)
        return {"value": answer.output_parsed.model_dump()}

    async def image(self, model: str, text: str, data: str) -> ClientResult:
        picture = {"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{data}"}
        return await self._shown(model, text, picture)

    async def pdf(self, model: str, text: str, data: str) -> ClientResult:
        file = {"type": "input_file", "filename": "one.pdf", "file_data": f"data:application/pdf;base64,{data}"}
        return await self._shown(model, text, file)

    async def think(self, model: str, text: str, effort: str, *, is_streamed: bool) -> ClientResult:
        body = {"model": model, "input": text, "reasoning": {"effort": effort, "summary": "auto"}}
        answer = await self._streamed(**body) if is_streamed else await self._client.responses.create(**body)
        return {"text": answer.output_text, "thoughts": _summary(answer)}

    async def leave(self, model: str, text: str) -> ClientResult:
        async with await self._client.responses.create(model=model, input=text, stream=True) as stream:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    break
        return {}

    async def _streamed(self, **body: Any) -> Any:
        async with self._client.responses.stream(**body) as stream:
            return await stream.get_final_response()

    async def _shown(self, model: str, text: str, part: Mapping[str, Any]) -> ClientResult:
        items = [{"role": "user", "content": [{"type": "input_text", "text": text}, part]}]
        return _response(await self._client.responses.create(model=model, input=items))


def _user(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


def _completion(answer: Any) -> ClientResult:
    choice = answer.choices[0]
    usage = answer.usage
    return {
        "text": choice.message.content,
        "finish": choice.finish_reason,
        "tokens": [usage.prompt_tokens, usage.completion_tokens],
    }


def _thoughts(message: Any) -> str:
    return getattr(message, "reasoning_content", None) or getattr(message, "reasoning", None) or ""


def _response(answer: Any) -> ClientResult:
    finish = {"completed": "stop"}.get(answer.status, answer.status)
    return {
        "text": answer.output_text,
        "finish": finish,
        "tokens": [answer.usage.input_tokens, answer.usage.output_tokens],
    }


def _summary(answer: Any) -> str:
    items = [item for item in answer.output if item.type == "reasoning"]
    return "".join(part.text for item in items for part in [*item.summary, *(item.content or [])])


def _seen(error: openai.APIError) -> ClientError:
    return ClientError(
        status=getattr(error, "status_code", None),
        code=error.code,
        param=error.param,
        message=error.message,
        raised=type(error).__name__,
    )
