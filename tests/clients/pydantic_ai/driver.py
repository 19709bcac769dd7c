"""pydantic-ai, which executes lines of JSON; the other end is remote.py."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent, Embedder, NativeOutput, Tool
from pydantic_ai.direct import model_request
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError
from pydantic_ai.messages import ModelRequest, ModelResponse
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.tools import ToolDefinition

from tests.clients.served import seen_body, serve

_SETTINGS = {"max_retries": 0, "timeout": 120}


class City(BaseModel):
    """What is requested as an object."""

    name: str
    population: int
    districts: list[str]


class _Operations:
    def __init__(self, url: str, token: str, api: str) -> None:
        self._api = api
        # What a model takes it knows by the model's name, which here is our own.
        if api == "messages":
            provider = AnthropicProvider(api_key=token, base_url=url)
            self._model: Callable[[str], Any] = lambda name: AnthropicModel(
                name, provider=provider, profile={"supports_json_schema_output": True}
            )
        else:
            openai = OpenAIProvider(api_key=token, base_url=f"{url}/v1")
            kind = OpenAIResponsesModel if api == "responses" else OpenAIChatModel
            profile = {"openai_supports_reasoning": True, "openai_supports_encrypted_reasoning_content": True}
            self._model = lambda name: kind(name, provider=openai, profile=profile)
            self._openai = openai

    def all(self) -> Mapping[str, Any]:
        names = ["chat", "stream", "tools", "schema", "image", "pdf", "think", "leave"]
        names += ["embed"] if self._api == "chat_completions" else []
        names += ["count"] if self._api == "messages" else []
        return {name: getattr(self, name) for name in names}

    async def chat(self, model: str, text: str) -> dict[str, Any]:
        return _told(await Agent(self._model(model)).run(text, model_settings=_SETTINGS))

    async def stream(self, model: str, text: str) -> dict[str, Any]:
        return _told(await self._run(model, text, is_streamed=True))

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
    ) -> dict[str, Any]:
        if choice:
            return await self._forced(model, text, tools, choice)

        def offered(tool: Mapping[str, Any]) -> Tool[None]:
            async def call(**_arguments: object) -> str:
                return results[tool["name"]]

            return Tool.from_schema(call, tool["name"], tool["description"], dict(tool["parameters"]))

        agent = Agent(self._model(model), tools=[offered(tool) for tool in tools])
        result = await self._run(model, text, agent=agent, effort=effort, is_streamed=is_streamed)
        answers = [message for message in result.all_messages() if isinstance(message, ModelResponse)]
        steps = [
            [{"name": call.tool_name, "arguments": call.args_as_dict()} for call in one.tool_calls]
            for one in answers
            if one.tool_calls
        ]
        return {"steps": steps, "text": answers[-1].text or "", "thoughts": answers[-1].thinking or ""}

    async def _forced(self, model: str, text: str, tools: Sequence[Mapping[str, Any]], choice: str) -> dict[str, Any]:
        offered = [
            ToolDefinition(
                name=tool["name"], description=tool["description"], parameters_json_schema=dict(tool["parameters"])
            )
            for tool in tools
        ]
        answer = await model_request(
            self._model(model),
            [ModelRequest.user_text_prompt(text)],
            model_settings={**_SETTINGS, "tool_choice": [choice]},
            model_request_parameters=ModelRequestParameters(function_tools=offered),
        )
        return {
            "steps": [[{"name": call.tool_name, "arguments": call.args_as_dict()} for call in answer.tool_calls]],
            "text": "",
            "thoughts": "",
        }

    async def schema(self, model: str, text: str) -> dict[str, Any]:
        result = await Agent(self._model(model), output_type=NativeOutput(City)).run(text, model_settings=_SETTINGS)
        return {"value": result.output.model_dump()}

    async def image(self, model: str, text: str, data: str) -> dict[str, Any]:
        picture = BinaryContent(base64.b64decode(data), media_type="image/png")
        return _told(await Agent(self._model(model)).run([text, picture], model_settings=_SETTINGS))

    async def pdf(self, model: str, text: str, data: str) -> dict[str, Any]:
        file = BinaryContent(base64.b64decode(data), media_type="application/pdf")
        return _told(await Agent(self._model(model)).run([text, file], model_settings=_SETTINGS))

    async def think(self, model: str, text: str, effort: str, *, is_streamed: bool) -> dict[str, Any]:
        result = await self._run(model, text, effort=effort, is_streamed=is_streamed)
        return {"text": result.output, "thoughts": result.response.thinking or ""}

    async def embed(self, model: str, texts: Sequence[str]) -> dict[str, Any]:
        found = await Embedder(OpenAIEmbeddingModel(model, provider=self._openai)).embed_documents(texts)
        return {"vectors": [list(vector) for vector in found.embeddings]}

    async def count(self, model: str, text: str) -> dict[str, Any]:
        counted = await self._model(model).count_tokens(
            [ModelRequest.user_text_prompt(text)], _SETTINGS, ModelRequestParameters()
        )
        return {"tokens": counted.input_tokens}

    async def leave(self, model: str, text: str) -> dict[str, Any]:
        async with Agent(self._model(model)).run_stream(text, model_settings=_SETTINGS) as result:
            async for _words in result.stream_text(delta=True, debounce_by=None):
                break
            with suppress(AttributeError):
                await result.cancel()
        return {}

    async def _run(
        self, model: str, text: str, *, is_streamed: bool, agent: Any = None, effort: str | None = None
    ) -> Any:
        agent = agent or Agent(self._model(model))
        settings = {**_SETTINGS, **(self._thinking(model, effort) if effort else {})}
        if not is_streamed:
            return await agent.run(text, model_settings=settings)

        async def handle(_context: object, events: Any) -> None:
            async for _event in events:
                pass

        return await agent.run(text, model_settings=settings, event_stream_handler=handle)

    def _thinking(self, model: str, effort: str) -> dict[str, Any]:
        if self._api == "messages":
            if model.startswith("Anthropic 5"):
                asked = {"type": "adaptive", "display": "summarized"}
                return {"anthropic_thinking": asked, "anthropic_effort": effort}
            return {"anthropic_thinking": {"type": "enabled", "budget_tokens": 2048}, "max_tokens": 4096}
        if self._api == "responses":
            return {"openai_reasoning_effort": effort, "openai_reasoning_summary": "auto", "openai_store": False}
        return {"openai_reasoning_effort": effort}


def _told(result: Any) -> dict[str, Any]:
    answer = result.response
    return {
        "text": result.output,
        "finish": answer.finish_reason,
        "tokens": [answer.usage.input_tokens, answer.usage.output_tokens],
    }


def _seen(error: BaseException) -> dict[str, Any] | None:
    if isinstance(error, ModelHTTPError):
        return seen_body(error.status_code, error.body, str(error))
    return seen_body(None, None, str(error)) if isinstance(error, ModelAPIError) else None


if __name__ == "__main__":
    asyncio.run(
        serve(
            lambda url, token, api: _Operations(url, token, api).all(),
            version=version("pydantic-ai-slim"),
            seen=_seen,
        )
    )
