"""Routes that embed texts."""

from collections.abc import Awaitable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from aiohttp import web

from application.prompts.embed_texts import EmbeddingAnswer
from application.prompts.embedding import EmbeddingInput
from application.prompts.prompt_request import Prompt
from application.prompts.selection_candidates import ModelByAnyName, ModelSelector
from entrypoints.http.answers.prompt_outcomes import PROMPT_PROBLEMS
from entrypoints.http.answers.prompts import EmbeddedTexts
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.convert_prompts import selector_of
from entrypoints.http.bodies.prompts import LARGEST_PROMPT
from entrypoints.http.compatible_apis.embeddings.bodies import EmbeddingBody, EmbeddingList, TextsToEmbed
from entrypoints.http.compatible_apis.embeddings.conversions import (
    embedding_list,
    inputs_of,
    no_conversation,
    preferred_embedding,
)
from entrypoints.http.compatible_apis.lazy_client_request import LazyClientRequest
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE
from entrypoints.http.headers import ignored_header
from entrypoints.http.json_responses import answer_bytes, json_response
from entrypoints.http.parse_request import json_body, json_to_hand_on
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.transport import cancelled_without_client
from entrypoints.http.views.compatible_apis import COMPATIBLE_API


class EmbedTexts(Protocol):
    """The use case `embed_texts`, its ports given."""

    def __call__(self, prompt: Prompt, inputs: EmbeddingInput) -> Awaitable[EmbeddingAnswer]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingViews:
    """Turns requests for vectors into use cases."""

    embed_texts: EmbedTexts

    @endpoint(
        "POST",
        "/api/ai/embed",
        access=Access.EDITOR,
        open_to_run_keys=True,
        tag="prompts",
        body=TextsToEmbed,
        body_example={"providerModelId": "text-embedding-3-small", "texts": ["Say hello."]},
        largest_body=LARGEST_PROMPT,
        changes_nothing=True,
        replayable=False,
        answers={200: Answer(description="The vectors.", schema=EmbeddedTexts)},
        problems=PROMPT_PROBLEMS,
    )
    async def embed(self, request: web.Request) -> web.Response:
        """Turn texts into vectors

        On an embedding model chosen as for a prompt: by its id, its provider's name for it, or by need. Tokens, cost
        and time are counted; neither texts nor vectors are logged or kept. Texts that are too many for one call of the
        provider are sent in several, and the order is kept.
        """
        body = await json_body(request, TextsToEmbed)
        inputs = EmbeddingInput(texts=tuple(body.texts), dimensions=body.dimensions)
        prompt = _prompt(request, preferred_embedding(selector_of(body)), inputs, body.deadline_seconds)
        with cancelled_without_client(request):
            answer = await self.embed_texts(prompt, inputs)
        headers = ignored_header(answer.embedded.ignored_fields)
        return json_response(await answer_bytes(lambda: EmbeddedTexts.model_validate(answer)), headers=headers)

    @endpoint(
        "POST",
        "/v1/embeddings",
        access=Access.EDITOR,
        body=EmbeddingBody,
        body_example={"model": "text-embedding-3-small", "input": "Say hello."},
        answers={200: Answer(description="The vectors.", schema=EmbeddingList)},
        problems=PROMPT_PROBLEMS,
        problem_shape=OPENAI_SHAPE,
        **COMPATIBLE_API,
    )
    async def create_embedding(self, request: web.Request) -> web.Response:
        """Turn texts into vectors, in OpenAI's shape

        For clients of OpenAI's API. `model` is the id of a registered model, its provider's name for it, or its name
        here. A provider of the same protocol is sent the fields that are not known here too.
        """
        body, document = await json_to_hand_on(request, EmbeddingBody)
        inputs = inputs_of(body, document)
        with cancelled_without_client(request):
            prompt = _prompt(request, ModelByAnyName(body.model), inputs, body.deadline_seconds)
            answer = await self.embed_texts(prompt, inputs)
        in_base64 = body.encoding_format == "base64"
        headers = ignored_header(answer.embedded.ignored_fields)
        content = await answer_bytes(lambda: embedding_list(answer, model=body.model, in_base64=in_base64))
        return json_response(content, headers=headers)


def _prompt(
    request: web.Request, selector: ModelSelector, inputs: EmbeddingInput, deadline_seconds: Decimal | None
) -> Prompt:
    asked = {"input": inputs.texts or inputs.tokens}
    return Prompt(
        selector=selector,
        client=LazyClientRequest(protocol=None, body=asked, read=no_conversation, is_stream=False),
        deadline_seconds=None if deadline_seconds is None else float(deadline_seconds),
        route=request.path,
    )
