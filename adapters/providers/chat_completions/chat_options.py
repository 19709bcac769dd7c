"""How services differ in Chat Completions."""

from dataclasses import dataclass, field
from typing import Final, Literal

from adapters.providers.prompting.media_support import MediaSupport


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions:
    """How a service wants a chat completion requested, and how it answers.

    `limit_name` is what it calls the limit where the client used neither name, and `renames_limit` is for a server that
    knows no other name. `asks_for_usage` is false where a stream reports the usage unrequested, or the option is
    refused; `takes_stream_options` where those of the client are refused, too. `is_openai` is for OpenAI's own models,
    here or on Azure, which know more fields than the protocol's other speakers. `reasoning_field` is where a service
    takes its thoughts back with a turn that called tools; `keeps_reasoning_details` where it takes OpenRouter's list of
    them; `thoughts_in_content` where thoughts are parts of a content that then is a list, which clients of OpenAI do
    not read.
    """

    media: MediaSupport = field(default_factory=lambda: MediaSupport(label="The server"))
    limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    renames_limit: bool = False
    asks_for_usage: bool = True
    takes_stream_options: bool = True
    names_model: bool = True
    is_openai: bool = False
    reasoning_field: Literal["reasoning_content", "reasoning"] | None = None
    keeps_reasoning_details: bool = False
    thoughts_in_content: bool = False


OPENAI_MEDIA: Final = MediaSupport(
    label="OpenAI",
    image_types=frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"}),
    audio_formats=frozenset({"wav", "mp3"}),
)
