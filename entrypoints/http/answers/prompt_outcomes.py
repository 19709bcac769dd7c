"""How a prompt ends: the whole answer, a stream of events, or one of the problems."""

from typing import Final

from application.errors import BudgetExceeded, CostUnknown, ModelNotFound, RateLimited
from application.ports.provider_gateway import CallOutcome, UpstreamFailure
from application.prompts.prompt_errors import ModelOutOfUse, NoModelFits, PromptFailed
from entrypoints.http.answers import prompt_examples as examples
from entrypoints.http.answers.compatible_prompts import (
    ChatChunk,
    CompletedChat,
    CompletedMessageAnswer,
    CompletedResponse,
    MessageEvent,
    ResponseEvent,
)
from entrypoints.http.answers.prompts import FinishedAnswer, GeneratedAnswer, ToolCallEvent, WrittenWords
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE, error_document
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.problems import PROBLEM_DETAILS, problem_document
from entrypoints.http.routes import Answer, StreamedEvent

PROMPT_PROBLEMS: Final = (
    ModelNotFound,
    ModelOutOfUse,
    NoModelFits,
    PromptFailed,
    RateLimited,
    BudgetExceeded,
    CostUnknown,
)

_FAILURE = CallOutcome(
    "overloaded",
    "The provider is overloaded.",
    hint="Wait a little, then try again.",
    http_status=503,
    upstream_message="The server is currently overloaded with other requests.",
    is_retryable=True,
)
_BROKEN_OFF = problem_for(UpstreamFailure(_FAILURE)) or INTERNAL_ERROR
_EVENTS = (
    StreamedEvent(name="delta", schema=WrittenWords, description="The next words, as soon as they are there."),
    StreamedEvent(name="reasoning", schema=WrittenWords, description="The next words of the model's thoughts."),
    StreamedEvent(name="toolCall", schema=ToolCallEvent, description="A call of a tool that is whole."),
    StreamedEvent(
        name="done",
        schema=FinishedAnswer,
        example=examples.FINISHED,
        description="The last event of an answer that is whole.",
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
        schema=ChatChunk,
        example=examples.CHUNK,
        description="The next words, and at the end the usage if it was requested.",
    ),
    StreamedEvent(text="[DONE]", description="The last event of an answer that is whole."),
    StreamedEvent(
        schema=OPENAI_SHAPE.schema,
        example=error_document(_BROKEN_OFF),
        description="The last event of one that broke off, and why.",
    ),
)
_STREAMED: Final = "The answer; a stream of events if requested."
_BY_TYPE: Final = "What is new, by its `type`, which is its name too."

GENERATED: Final = Answer(description=_STREAMED, schema=GeneratedAnswer, example=examples.GENERATED, events=_EVENTS)
COMPLETED_CHAT: Final = Answer(
    description="The answer; a stream of chunks if requested.",
    schema=CompletedChat,
    example=examples.COMPLETED,
    events=_CHUNKS,
)
COMPLETED_RESPONSE: Final = Answer(
    description=_STREAMED,
    schema=CompletedResponse,
    events=(StreamedEvent(schema=ResponseEvent, description=_BY_TYPE),),
)
COMPLETED_MESSAGE: Final = Answer(
    description=_STREAMED,
    schema=CompletedMessageAnswer,
    events=(StreamedEvent(schema=MessageEvent, description=_BY_TYPE),),
)
