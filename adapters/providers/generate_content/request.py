"""Writing a `generateContent` request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from adapters.providers.generate_content.rules import GeminiRules, rules_of
from adapters.providers.generate_content.schemas import google_schema
from adapters.providers.wire.defaults import has_system, limited, without_dropped
from adapters.providers.wire.media import MediaSupport, text_of_document
from adapters.providers.wire.protocol import WireRequest
from adapters.providers.wire.reasoning import budget_of, effort_of, nearest_effort
from adapters.providers.wire.refusals import Translation
from adapters.providers.wire.tools import arguments_object, names_of_calls, split_results
from application.errors import InvalidInput
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    Reasoning,
    ReasoningOptions,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from application.prompts.conversation import Conversation, Part, Tool, Turn
    from application.prompts.generation import GenerationRequest

MEDIA: Final = MediaSupport(
    label="Google Gemini",
    # ai.google.dev/gemini-api/docs/image-understanding
    image_types=frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"}),
    fetches_documents=True,
    audio_formats=frozenset({"wav", "mp3", "aiff", "aac", "ogg", "flac"}),
)
# What Google itself takes in place of the signature of a call that another model has made.
_FOREIGN_SIGNATURE: Final = "skip_thought_signature_validator"


def encode(conversation: Conversation, request: GenerationRequest) -> WireRequest:
    """Return the conversation as a body, the same for a whole answer and for a stream.

    Raises:
        InvalidInput: it cannot be said in this protocol, or Google does not take a part of it.
    """
    translation = Translation(conversation, MEDIA.label)
    rules = rules_of(request.defaults.base_model or request.model_id)
    defaults = request.defaults
    writer = _Writer(request, rules, names_of_calls(conversation), translation)
    turns = list(conversation.turns)
    system: list[str] = []
    while turns and turns[0].role == "system":
        system += [part.text for part in turns.pop(0).parts if isinstance(part, Text) and part.text]
    if not system and defaults.system_prompt is not None and not has_system(conversation):
        system = [defaults.system_prompt]
    contents = writer.contents(turns)
    if not any(content["role"] == "user" for content in contents):
        translation.refuse("messages", "Add a message of the user.")
    body: dict[str, Any] = {"contents": contents}
    if system:
        body["systemInstruction"] = {"parts": [{"text": text} for text in system]}
    _tools(body, conversation, translation)
    config = _sampling(conversation, request, translation)
    _output_format(config, conversation, rules, translation)
    _thinking(config, conversation, request, rules, translation)
    if config:
        body["generationConfig"] = config
    for name, value in conversation.options.items():
        translation.ignore(name, value)
    translation.ignore("metadata", conversation.metadata)
    marks = (getattr(part, "cache", None) for turn in conversation.turns for part in turn.parts)
    translation.ignore("cache", next((mark for mark in (*marks, *(t.cache for t in conversation.tools)) if mark), None))
    body, dropped = without_dropped(body, defaults)
    return WireRequest(body=body, ignored=(*translation.ignored, *dropped))


class _Writer:
    """Writes turns."""

    def __init__(
        self, request: GenerationRequest, rules: GeminiRules, names: Mapping[str, str], translation: Translation
    ) -> None:
        self._request = request
        self._rules = rules
        self._names = names
        self._translation = translation

    def contents(self, turns: Sequence[Turn]) -> list[dict[str, Any]]:
        contents: list[dict[str, Any]] = []
        for turn in turns:
            if turn.role == "assistant":
                role, parts = "model", self._model_parts(turn)
            else:
                role, parts = "user", self._user_parts(turn)
            if not parts:
                continue
            if contents and contents[-1]["role"] == role:
                contents[-1]["parts"] = [*contents[-1]["parts"], *parts]
            else:
                contents.append({"role": role, "parts": parts})
        if contents and contents[-1]["role"] == "model" and "functionCall" not in contents[-1]["parts"][-1]:
            self._translation.refuse("messages", "End with a message of the user.")
        return contents

    def _user_parts(self, turn: Turn) -> list[dict[str, Any]]:
        if turn.role == "system":
            words = "\n".join(part.text for part in turn.parts if isinstance(part, Text) and part.text)
            return [{"text": f"<system>\n{words}\n</system>"}] if words else []
        results, others = split_results(turn.parts)
        parts: list[dict[str, Any]] = []
        for result in results:
            parts += self._result(result)
        return [*parts, *(self._part(part) for part in others if not (isinstance(part, Text) and not part.text))]

    def _result(self, result: ToolResult) -> list[dict[str, Any]]:
        """Return the response of a call; pictures stand in it where the model takes them there, else after it."""
        words = "\n".join(part.text for part in result.parts if isinstance(part, Text))
        shown = [self._part(part) for part in result.parts if not isinstance(part, Text)]
        try:
            told = orjson.loads(words) if words.lstrip().startswith("{") else None
        except orjson.JSONDecodeError:
            told = None
        if result.is_error:
            response: dict[str, Any] = {"error": words}
        else:
            response = told if isinstance(told, dict) else {"output": words}
        name = self._names.get(result.call_id)
        if name is None:
            raise InvalidInput("/messages", f"No call in the conversation has the id {result.call_id!r} of a result.")
        function: dict[str, Any] = {"id": result.call_id, "name": name, "response": response}
        if shown and self._rules.shows_in_results:
            function["parts"] = shown
            shown = []
        return [{"functionResponse": function}, *shown]

    def _model_parts(self, turn: Turn) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        has_call = False
        for part in turn.parts:
            if isinstance(part, ToolCall):
                parts.append(self._call(part, is_first=not has_call))
                has_call = True
            elif isinstance(part, Reasoning):
                # A signature of words without a call stands on an empty text part.
                if part.signature is not None and not part.text and part.origin == self._request.origin:
                    parts.append({"text": "", "thoughtSignature": part.signature})
            elif isinstance(part, Text | Refusal):
                if part.text:
                    parts.append({"text": part.text})
            else:
                parts.append(self._part(part))
        return parts

    def _call(self, call: ToolCall, *, is_first: bool) -> dict[str, Any]:
        if call.is_custom:
            self._translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
        told: dict[str, Any] = {"functionCall": {"id": call.id, "name": call.name, "args": arguments_object(call)}}
        if call.signature is not None and call.origin in {None, self._request.origin}:
            told["thoughtSignature"] = call.signature
        elif is_first and self._rules.needs_signatures:
            told["thoughtSignature"] = _FOREIGN_SIGNATURE
        return told

    def _part(self, part: Part) -> dict[str, Any]:
        match part:
            case Text() | Refusal():
                return {"text": part.text}
            case Image():
                MEDIA.check_image(part)
                return self._file(part.media_type, part.data, part.url)
            case Document():
                MEDIA.check_document(part)
                if part.text is not None:
                    return {"text": text_of_document(part)}
                return self._file(part.media_type or "application/pdf", part.data, part.url)
            case Audio():
                MEDIA.check_audio(part)
                return {"inlineData": {"mimeType": f"audio/{part.format}", "data": part.data}}
        raise TypeError(type(part).__name__)

    def _file(self, media_type: str | None, data: str | None, url: str | None) -> dict[str, Any]:
        told = {"mimeType": media_type.lower()} if media_type else {}
        if data is not None:
            return {"inlineData": {**told, "data": data}}
        if not self._rules.fetches:
            raise InvalidInput("/messages", "This model does not fetch files: send the file itself as data.")
        return {"fileData": {**told, "fileUri": url}}


def _tools(body: dict[str, Any], conversation: Conversation, translation: Translation) -> None:
    if not conversation.tools:
        return
    body["tools"] = [{"functionDeclarations": [_tool(tool, translation) for tool in conversation.tools]}]
    choice = conversation.tool_choice
    if choice is not None:
        mode = {"auto": "AUTO", "none": "NONE", "required": "ANY"}[choice.mode]
        told: dict[str, Any] = {"mode": mode}
        if choice.names and choice.mode == "required":
            told["allowedFunctionNames"] = list(choice.names)
        elif choice.names:
            kept = [tool for tool in conversation.tools if tool.name in choice.names]
            body["tools"] = [{"functionDeclarations": [_tool(tool, translation) for tool in kept]}]
        body["toolConfig"] = {"functionCallingConfig": told}
    translation.ignore("parallel_tool_calls", conversation.parallel_tool_calls)


def _tool(tool: Tool, translation: Translation) -> dict[str, Any]:
    if tool.is_custom:
        translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
    told: dict[str, Any] = {"name": tool.name}
    if tool.description:
        told["description"] = tool.description
    if tool.parameters is not None and tool.parameters.get("properties"):
        told["parametersJsonSchema"] = google_schema(tool.parameters)
    return told


def _sampling(conversation: Conversation, request: GenerationRequest, translation: Translation) -> dict[str, Any]:
    sampling, defaults = conversation.sampling, request.defaults
    stop = sampling.stop if sampling.stop is not None else defaults.stop
    values = {
        "maxOutputTokens": limited(sampling.max_tokens, defaults),
        "temperature": defaults.temperature if sampling.temperature is None else sampling.temperature,
        "topP": defaults.top_p if sampling.top_p is None else sampling.top_p,
        "topK": sampling.top_k,
        "stopSequences": list(stop) if stop else None,
        "seed": sampling.seed,
        "presencePenalty": sampling.presence_penalty,
        "frequencyPenalty": sampling.frequency_penalty,
        "responseLogprobs": sampling.logprobs,
        "logprobs": sampling.top_logprobs,
        "candidateCount": sampling.n if sampling.n != 1 else None,
    }
    translation.refuse_if("logit_bias", sampling.logit_bias, "Leave it out.")
    return {name: value for name, value in values.items() if value is not None}


def _output_format(
    config: dict[str, Any], conversation: Conversation, rules: GeminiRules, translation: Translation
) -> None:
    output = conversation.output_format
    if output is None:
        return
    if conversation.tools and not rules.formats_with_tools:
        translation.refuse("response_format", "This model does not take a format together with tools.")
    config["responseMimeType"] = "application/json"
    if output.kind == "json_schema" and output.schema is not None:
        config["responseJsonSchema"] = google_schema(output.schema)


def _thinking(
    config: dict[str, Any],
    conversation: Conversation,
    request: GenerationRequest,
    rules: GeminiRules,
    translation: Translation,
) -> None:
    wish = conversation.reasoning
    if wish is None and request.defaults.reasoning_effort is not None:
        wish = ReasoningOptions(effort=request.defaults.reasoning_effort)
    if wish is None:
        return
    effort = effort_of(wish)
    told: dict[str, Any] = {}
    if effort == "none" and not rules.can_stop_thinking and (rules.levels or rules.takes_budget):
        translation.refuse("reasoning_effort", "This model always thinks: ask for a low effort.")
    if rules.levels and effort is not None:
        told["thinkingLevel"] = nearest_effort(effort, rules.levels).upper()
    elif rules.takes_budget and (budget := budget_of(wish)) is not None:
        told["thinkingBudget"] = budget
    elif effort not in {None, "none"}:
        translation.ignore("reasoning_effort", effort)
    if wish.summary is not None and (rules.levels or rules.takes_budget):
        told["includeThoughts"] = wish.summary != "hidden"
    if told:
        config["thinkingConfig"] = told
