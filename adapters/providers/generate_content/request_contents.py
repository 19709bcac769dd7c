"""Turns of a `generateContent` request."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from adapters.providers.generate_content.model_rules import GeminiRules
from adapters.providers.prompting.media_support import MediaSupport, text_of_document
from adapters.providers.prompting.tool_calls import arguments_object, names_of_calls, split_results
from adapters.providers.prompting.tool_result_order import order_tool_results
from adapters.providers.prompting.unsupported_fields import MESSAGES, Translation
from application.errors import InvalidInput
from application.prompts.conversation import (
    Audio,
    Document,
    Image,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Turn,
)

MEDIA: Final = MediaSupport(
    label="Google Gemini",
    # ai.google.dev/gemini-api/docs/image-understanding
    image_types=frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"}),
    fetches_documents=True,
    audio_formats=frozenset({"wav", "mp3", "aiff", "aac", "ogg", "flac"}),
)
# What Google itself takes in place of the signature of a call that another model has made.
FOREIGN_SIGNATURE: Final = "skip_thought_signature_validator"
_IN_RESULTS: Final = frozenset({"image/png", "image/jpeg", "image/webp", "application/pdf"})


class ContentWriter:
    """Writes turns for one model; signatures of other accounts and models, named by `origin`, are left out."""

    def __init__(self, origin: str, rules: GeminiRules, translation: Translation) -> None:
        self._origin = origin
        self._rules = rules
        self._translation = translation
        self._names: Mapping[str, str] = {}

    def contents(self, turns: Sequence[Turn]) -> list[dict[str, Any]]:
        """Return the turns.

        Raises:
            InvalidInput: Google does not take a part of them, or not in this order.
        """
        self._names = names_of_calls(turns)
        contents: list[dict[str, Any]] = []
        for turn in order_tool_results(turns):
            role, parts = ("model", self._model(turn)) if turn.role == "assistant" else ("user", self._user(turn))
            if not parts:
                continue
            if contents and contents[-1]["role"] == role:
                contents[-1]["parts"] += parts
            else:
                contents.append({"role": role, "parts": parts})
        if not any(content["role"] == "user" for content in contents):
            self._translation.refuse("messages", "Add a message of the user.")
        if contents[-1]["role"] == "model":
            self._translation.refuse("messages", "End with a message of the user.")
        return contents

    def _user(self, turn: Turn) -> list[dict[str, Any]]:
        """Return the responses of calls first, then what the model cannot be shown within them, then the rest."""
        if turn.role == "system":
            words = "\n".join(part.text for part in turn.parts if isinstance(part, Text) and part.text)
            return [{"text": f"<system>\n{words}\n</system>"}] if words else []
        results, others = split_results(turn.parts)
        responses, shown = [], []
        for result in results:
            response, beside = self._response(result)
            responses.append(response)
            shown += beside
        return [*responses, *shown, *self._parts(others)]

    def _response(self, result: ToolResult) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        words = "\n".join(part.text for part in result.parts if isinstance(part, Text))
        shown = self._parts(part for part in result.parts if not isinstance(part, Text))
        function: dict[str, Any] = {
            "id": result.call_id,
            "name": self._names[result.call_id],
            "response": {"error" if result.is_error else "output": words},
        }
        inside = [part for part in shown if self._rules.shows_in_results and _fits_in_result(part)]
        if inside:
            function["parts"] = inside
        return {"functionResponse": function}, [part for part in shown if part not in inside]

    def _model(self, turn: Turn) -> list[dict[str, Any]]:
        seals = {
            part.call_id: part.signature
            for part in turn.parts
            if isinstance(part, Reasoning) and part.call_id is not None and part.origin == self._origin
        }
        parts: list[dict[str, Any]] = []
        has_call = False
        for part in turn.parts:
            match part:
                case ToolCall():
                    parts.append(self._call(part, seals.get(part.id), is_first=not has_call))
                    has_call = True
                case Reasoning():
                    parts += self._thought(part)
                case _:
                    parts += self._parts([part])
        return parts

    def _thought(self, part: Reasoning) -> list[dict[str, Any]]:
        """Return the part that had a signature; thoughts without one need not be sent back."""
        if part.signature is None or part.call_id is not None or part.origin != self._origin:
            return []
        thought = {"thought": True} if part.text else {}
        return [{"text": part.text, **thought, "thoughtSignature": part.signature}]

    def _call(self, call: ToolCall, seal: str | None, *, is_first: bool) -> dict[str, Any]:
        if call.is_custom:
            self._translation.refuse("tools", "Give the tool a JSON Schema instead of free text.")
        encoded: dict[str, Any] = {"functionCall": {"id": call.id, "name": call.name, "args": arguments_object(call)}}
        own = call.signature if call.origin in {None, self._origin} else None
        signature = seal or own
        if signature is not None:
            encoded["thoughtSignature"] = signature
        elif is_first and self._rules.needs_signatures:
            encoded["thoughtSignature"] = FOREIGN_SIGNATURE
        return encoded

    def _parts(self, parts: Iterable[Part]) -> list[dict[str, Any]]:
        return [self._part(part) for part in parts if not (isinstance(part, Text | Refusal) and not part.text)]

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
        encoded = {"mimeType": media_type.lower()} if media_type else {}
        if data is not None:
            return {"inlineData": {**encoded, "data": data}}
        if not self._rules.fetches:
            raise InvalidInput(MESSAGES, "This model does not fetch files: send the file itself as data.")
        return {"fileData": {**encoded, "fileUri": url}}


def _fits_in_result(part: Mapping[str, Any]) -> bool:
    return part.get("inlineData", {}).get("mimeType") in _IN_RESULTS
