"""Routes that choose models, run prompts and report what they were used for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.errors import ModelNotFound
from application.prompts.prompt_errors import ModelOutOfUse, NoModelFits, PromptFailed, TokensNotCounted
from entrypoints.http.answers.chat_completions import ChatChunk, CompletedChat
from entrypoints.http.answers.compatible_models import AnyModel, AnyModelList
from entrypoints.http.answers.messages import CompletedMessageAnswer, MessageEvent
from entrypoints.http.answers.prompt_examples import CHUNK, COMPLETED, FINISHED, GENERATED
from entrypoints.http.answers.prompts import (
    Choice,
    EmbeddedTexts,
    FinishedAnswer,
    GeneratedAnswer,
    ToolCallEvent,
    WrittenWords,
)
from entrypoints.http.answers.responses import CompletedResponse, ResponseEvent
from entrypoints.http.answers.usage import UsageReport
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.compatible_models import CompatibleModelQuery
from entrypoints.http.bodies.prompts import ModelToSelect, PromptToRun
from entrypoints.http.bodies.usage import UsageQuery
from entrypoints.http.doors.bodies import (
    ChatCompletionBody,
    CountTokensBody,
    MessageBody,
    MessagesQuery,
    ResponseBody,
    TokenCount,
)
from entrypoints.http.doors.embeddings.bodies import EmbeddingBody, EmbeddingList, TextsToEmbed
from entrypoints.http.doors.messages.errors import ANTHROPIC_SHAPE
from entrypoints.http.openai_shape import OPENAI_SHAPE, error_document
from entrypoints.http.problems import PROBLEM_DETAILS, Problem, problem_document
from entrypoints.http.routes import MEBIBYTE, Answer, Route, StreamedEvent, route

if TYPE_CHECKING:
    from entrypoints.http.views.compatible_models import CompatibleModelViews
    from entrypoints.http.views.doors import DoorViews
    from entrypoints.http.views.embeddings import EmbeddingViews
    from entrypoints.http.views.prompts import PromptViews
    from entrypoints.http.views.usage import UsageViews

LARGEST_PROMPT = 32 * MEBIBYTE
"""Images travel in the body, a third larger than they are."""

_PROMPTS = "prompts"
_COMPATIBLE = "OpenAI-compatible"
_IN_VAIN = (ModelNotFound, ModelOutOfUse, NoModelFits, PromptFailed)

_BROKEN_OFF = Problem(
    status=503,
    code=PromptFailed.code,
    detail="The provider is overloaded.",
    members={
        "category": "overloaded",
        "hint": "Wait a little, then try again.",
        "upstreamStatus": 503,
        "upstreamMessage": "The server is currently overloaded with other requests.",
        "upstreamRequestId": None,
        "retryable": True,
    },
)
_EVENTS = (
    StreamedEvent(name="delta", schema=WrittenWords, description="The next words, as soon as they are there."),
    StreamedEvent(name="reasoning", schema=WrittenWords, description="The next words of the model's thoughts."),
    StreamedEvent(name="toolCall", schema=ToolCallEvent, description="A call of a tool that is whole."),
    StreamedEvent(
        name="done", schema=FinishedAnswer, example=FINISHED, description="The last event of an answer that is whole."
    ),
    StreamedEvent(
        name="error",
        schema=PROBLEM_DETAILS.schema,
        example=problem_document(
            _BROKEN_OFF, instance="/api/ai/generate", request_id="2f4b4c699f7b0f6f5f1c2a3d0c8f7d5e"
        ),
        description="The last event of one that broke off, and why.",
    ),
)
_CHUNKS = (
    StreamedEvent(
        schema=ChatChunk, example=CHUNK, description="The next words, and at the end the usage if it was asked for."
    ),
    StreamedEvent(text="[DONE]", description="The last event of an answer that is whole."),
    StreamedEvent(
        schema=OPENAI_SHAPE.schema,
        example=error_document(_BROKEN_OFF),
        description="The last event of one that broke off, and why.",
    ),
)
_GENERATED = {
    200: Answer(
        description="The answer; a stream of events if asked for.",
        schema=GeneratedAnswer,
        example=GENERATED,
        events=_EVENTS,
    )
}
_COMPLETED = {
    200: Answer(
        description="The answer; a stream of chunks if asked for.",
        schema=CompletedChat,
        example=COMPLETED,
        events=_CHUNKS,
    )
}

_RESPONDED = {
    200: Answer(
        description="The answer; a stream of events if asked for.",
        schema=CompletedResponse,
        events=(StreamedEvent(schema=ResponseEvent, description="What is new, by its `type`, which is its name too."),),
    )
}
_MESSAGED = {
    200: Answer(
        description="The answer; a stream of events if asked for.",
        schema=CompletedMessageAnswer,
        events=(StreamedEvent(schema=MessageEvent, description="What is new, by its `type`, which is its name too."),),
    )
}


def prompt_routes(prompts: PromptViews, embeddings: EmbeddingViews, usage: UsageViews) -> list[Route]:
    """Return the routes of this service's own API."""
    return [
        route(
            "POST",
            "/api/ai/select",
            prompts.select_model,
            access=Access.VIEWER,
            tag=_PROMPTS,
            body=ModelToSelect,
            body_required=False,
            changes_nothing=True,
            body_example={"need": {"type": "language", "minContextWindow": 100_000, "strategy": "cheapest"}},
            answers={200: Answer(description="The choice and the reasons.", schema=Choice)},
            problems=(ModelNotFound,),
        ),
        route(
            "POST",
            "/api/ai/generate",
            prompts.generate,
            access=Access.EDITOR,
            tag=_PROMPTS,
            body=PromptToRun,
            body_example={"providerModelId": "gpt-4o", "prompt": "Say hello.", "config": {"maxTokens": 50}},
            largest_body=LARGEST_PROMPT,
            changes_nothing=True,
            answers=_GENERATED,
            problems=_IN_VAIN,
        ),
        route(
            "POST",
            "/api/ai/embed",
            embeddings.embed,
            access=Access.EDITOR,
            tag=_PROMPTS,
            body=TextsToEmbed,
            changes_nothing=True,
            body_example={"providerModelId": "text-embedding-3-small", "texts": ["Say hello."]},
            largest_body=LARGEST_PROMPT,
            answers={200: Answer(description="The vectors.", schema=EmbeddedTexts)},
            problems=_IN_VAIN,
            replayable=False,
        ),
        route(
            "GET",
            "/api/ai/usage",
            usage.report_usage,
            access=Access.VIEWER,
            tag=_PROMPTS,
            query=UsageQuery,
            answers={200: Answer(description="The sums.", schema=UsageReport)},
        ),
    ]


def door_routes(doors: DoorViews, embeddings: EmbeddingViews, models: CompatibleModelViews) -> list[Route]:
    """Return the routes for clients that speak other protocols."""
    return [
        route(
            "GET",
            "/v1/models",
            models.list_compatible_models,
            access=Access.VIEWER,
            tag=_COMPATIBLE,
            query=CompatibleModelQuery,
            answers={200: Answer(description="The models.", schema=AnyModelList)},
            problem_shape=OPENAI_SHAPE,
        ),
        route(
            "GET",
            "/v1/models/{model:.+}",
            models.get_compatible_model,
            access=Access.VIEWER,
            tag=_COMPATIBLE,
            answers={200: Answer(description="The model.", schema=AnyModel)},
            problems=(ModelNotFound,),
            problem_shape=OPENAI_SHAPE,
        ),
        route(
            "POST",
            "/v1/chat/completions",
            doors.create_chat_completion,
            access=Access.EDITOR,
            tag=_COMPATIBLE,
            body=ChatCompletionBody,
            changes_nothing=True,
            body_example={"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello."}]},
            largest_body=LARGEST_PROMPT,
            answers=_COMPLETED,
            problems=_IN_VAIN,
            problem_shape=OPENAI_SHAPE,
            replayable=False,
        ),
        route(
            "POST",
            "/v1/responses",
            doors.create_response,
            access=Access.EDITOR,
            tag=_COMPATIBLE,
            body=ResponseBody,
            changes_nothing=True,
            body_example={"model": "gpt-4o", "input": "Say hello."},
            largest_body=LARGEST_PROMPT,
            answers=_RESPONDED,
            problems=_IN_VAIN,
            problem_shape=OPENAI_SHAPE,
            replayable=False,
        ),
        route(
            "POST",
            "/v1/messages",
            doors.create_message,
            access=Access.EDITOR,
            tag=_COMPATIBLE,
            query=MessagesQuery,
            body=MessageBody,
            changes_nothing=True,
            body_example={
                "model": "claude-sonnet-4-5",
                "max_tokens": 100,
                "messages": [{"role": "user", "content": "Say hello."}],
            },
            largest_body=LARGEST_PROMPT,
            answers=_MESSAGED,
            problems=_IN_VAIN,
            problem_shape=ANTHROPIC_SHAPE,
            replayable=False,
        ),
        route(
            "POST",
            "/v1/messages/count_tokens",
            doors.count_message_tokens,
            access=Access.EDITOR,
            tag=_COMPATIBLE,
            query=MessagesQuery,
            body=CountTokensBody,
            changes_nothing=True,
            body_example={"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "Say hello."}]},
            largest_body=LARGEST_PROMPT,
            answers={200: Answer(description="The count.", schema=TokenCount)},
            problems=(*_IN_VAIN, TokensNotCounted),
            problem_shape=ANTHROPIC_SHAPE,
            replayable=False,
        ),
        route(
            "POST",
            "/v1/embeddings",
            embeddings.create_embedding,
            access=Access.EDITOR,
            tag=_COMPATIBLE,
            body=EmbeddingBody,
            changes_nothing=True,
            body_example={"model": "text-embedding-3-small", "input": "Say hello."},
            largest_body=LARGEST_PROMPT,
            answers={200: Answer(description="The vectors.", schema=EmbeddingList)},
            problems=_IN_VAIN,
            problem_shape=OPENAI_SHAPE,
            replayable=False,
        ),
    ]
