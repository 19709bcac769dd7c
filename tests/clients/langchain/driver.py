"""LangChain, which executes lines of JSON; the other end is remote.py."""

import asyncio
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import anthropic
import openai
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

from tests.clients.served import seen_body, serve

_STEPS = 4


class City(BaseModel):
    """What is requested as an object."""

    name: str
    population: int
    districts: list[str]


class _Operations:
    def __init__(self, url: str, token: str, api: str) -> None:
        self._url, self._token, self._api = url, token, api

    def all(self) -> Mapping[str, Any]:
        names = ["chat", "stream", "tools", "schema", "image", "pdf", "think", "leave"]
        names += ["embed"] if self._api == "chat_completions" else []
        return {name: getattr(self, name) for name in names}

    def _model(self, model: str, effort: str | None = None) -> Any:
        if self._api == "messages":
            return ChatAnthropic(
                model=model, base_url=self._url, api_key=self._token, max_retries=0, timeout=120, max_tokens=4096,
                **(_claudes_thinking(model, effort) if effort else {}),
            )  # fmt: skip
        asked: dict[str, Any] = {}
        if self._api == "responses":
            asked = {"use_responses_api": True, "store": False, "include": ["reasoning.encrypted_content"]}
            if effort:
                asked["reasoning"] = {"effort": effort, "summary": "auto"}
        elif effort:
            asked["reasoning_effort"] = effort
        return ChatOpenAI(
            model=model, base_url=f"{self._url}/v1", api_key=self._token, max_retries=0, timeout=120,
            stream_usage=True, **asked,
        )  # fmt: skip

    async def chat(self, model: str, text: str) -> dict[str, Any]:
        return _told(await self._model(model).ainvoke(text))

    async def stream(self, model: str, text: str) -> dict[str, Any]:
        return _told(await _message(self._model(model), text, is_streamed=True))

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
        offered = [{"title": tool["name"], "description": tool["description"], **tool["parameters"]} for tool in tools]
        bound = self._model(model, effort).bind_tools(offered, **({"tool_choice": choice} if choice else {}))
        messages: list[Any] = [HumanMessage(text)]
        steps: list[Any] = []
        while len(steps) < _STEPS:
            answer = await _message(bound, messages, is_streamed=is_streamed)
            if not answer.tool_calls:
                return {"steps": steps, "text": answer.text, "thoughts": _thoughts(answer)}
            steps.append([{"name": call["name"], "arguments": call["args"]} for call in answer.tool_calls])
            if choice:
                break
            messages.append(AIMessage(**answer.model_dump(exclude={"type"})) if is_streamed else answer)
            messages += [ToolMessage(results[call["name"]], tool_call_id=call["id"]) for call in answer.tool_calls]
        return {"steps": steps, "text": "", "thoughts": ""}

    async def schema(self, model: str, text: str) -> dict[str, Any]:
        bound = self._model(model).with_structured_output(City, method="json_schema")
        return {"value": (await bound.ainvoke(text)).model_dump()}

    async def image(self, model: str, text: str, data: str) -> dict[str, Any]:
        return await self._shown(model, text, {"type": "image", "base64": data, "mime_type": "image/png"})

    async def pdf(self, model: str, text: str, data: str) -> dict[str, Any]:
        block = {"type": "file", "base64": data, "mime_type": "application/pdf", "filename": "one.pdf"}
        return await self._shown(model, text, block)

    async def think(self, model: str, text: str, effort: str, *, is_streamed: bool) -> dict[str, Any]:
        answer = await _message(self._model(model, effort), text, is_streamed=is_streamed)
        return {"text": answer.text, "thoughts": _thoughts(answer)}

    async def embed(self, model: str, texts: Sequence[str]) -> dict[str, Any]:
        # Without this it sends tokens of a model that it goes by the name of.
        embeddings = OpenAIEmbeddings(
            model=model, base_url=f"{self._url}/v1", api_key=self._token, check_embedding_ctx_length=False
        )
        return {"vectors": await embeddings.aembed_documents(list(texts))}

    async def leave(self, model: str, text: str) -> dict[str, Any]:
        stream = self._model(model).astream(text)
        async for chunk in stream:
            if chunk.text:
                break
        await stream.aclose()
        return {}

    async def _shown(self, model: str, text: str, block: Mapping[str, Any]) -> dict[str, Any]:
        message = HumanMessage([{"type": "text", "text": text}, dict(block)])
        return _told(await self._model(model).ainvoke([message]))


async def _message(model: Any, asked: Any, *, is_streamed: bool) -> Any:
    if not is_streamed:
        return await model.ainvoke(asked)
    whole = None
    async for chunk in model.astream(asked):
        whole = chunk if whole is None else whole + chunk
    return whole


def _claudes_thinking(model: str, effort: str) -> dict[str, Any]:
    if model.startswith("Anthropic 5"):
        return {
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": effort},
        }
    return {"thinking": {"type": "enabled", "budget_tokens": 2048}}


def _told(answer: Any) -> dict[str, Any]:
    facts = answer.response_metadata
    finish = facts.get("finish_reason") or facts.get("stop_reason") or facts.get("status")
    usage = answer.usage_metadata
    return {
        "text": answer.text,
        "finish": {"end_turn": "stop", "completed": "stop"}.get(finish, finish),
        "tokens": [usage["input_tokens"], usage["output_tokens"]],
    }


def _thoughts(answer: Any) -> str:
    blocks = answer.content_blocks
    result = "".join(block.get("reasoning", "") for block in blocks if block["type"] == "reasoning")
    return result or str(answer.additional_kwargs.get("reasoning_content", ""))


def _seen(error: BaseException) -> dict[str, Any] | None:
    if isinstance(error, openai.APIError | anthropic.APIError):
        return seen_body(getattr(error, "status_code", None), error.body, error.message)
    return None


if __name__ == "__main__":
    asyncio.run(
        serve(
            lambda url, token, api: _Operations(url, token, api).all(),
            version=version("langchain"),
            seen=_seen,
        )
    )
