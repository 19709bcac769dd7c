"""Turns as items of a Responses request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.providers.prompting.media_support import MediaSupport, data_url, image_url, text_of_document
from adapters.providers.prompting.tool_calls import arguments_text, plain_id, split_results
from adapters.providers.prompting.tool_result_order import order_tool_results
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


@dataclass(frozen=True, slots=True)
class ItemWriter:
    """Writes turns; encrypted thoughts of other accounts and models, named by `origin`, are left out."""

    origin: str
    media: MediaSupport

    def items(self, turns: Sequence[Turn]) -> list[dict[str, Any]]:
        """Return the items.

        Raises:
            InvalidInput: the provider does not take a part of them.
        """
        return [item for turn in order_tool_results(turns) for item in self._items(turn)]

    def _items(self, turn: Turn) -> Iterator[dict[str, Any]]:
        if turn.role == "assistant":
            yield from self._assistant(turn)
            return
        results, parts = split_results(turn.parts)
        for result in results:
            output = self._output(result)
            yield {"type": "function_call_output", "call_id": plain_id(result.call_id), "output": output}
        contents = self._contents(parts)
        if contents:
            role = "developer" if turn.role == "system" else "user"
            yield {"type": "message", "role": role, "content": contents}

    def _assistant(self, turn: Turn) -> Iterator[dict[str, Any]]:
        """Yield the items of one turn in their order; adjacent words are one message."""
        words: list[dict[str, Any]] = []
        for part in turn.parts:
            if isinstance(part, Text | Refusal):
                words += _own_words(part)
                continue
            item = self._assistant_item(part)
            if item is not None:
                if words:
                    yield {"type": "message", "role": "assistant", "content": words}
                    words = []
                yield item
        if words:
            yield {"type": "message", "role": "assistant", "content": words}

    def _assistant_item(self, part: Part) -> dict[str, Any] | None:
        if isinstance(part, ToolCall):
            return self._call(part)
        if not isinstance(part, Reasoning) or part.encrypted is None or part.origin != self.origin:
            return None
        summary = [{"type": "summary_text", "text": text} for text in part.summary]
        named = {"id": part.item_id} if part.item_id else {}
        return {"type": "reasoning", **named, "summary": summary, "encrypted_content": part.encrypted}

    def _call(self, call: ToolCall) -> dict[str, Any]:
        named = {"id": call.item_id} if call.item_id and call.origin == self.origin else {}
        encoded = {**named, "call_id": plain_id(call.id), "name": call.name}
        if call.is_custom:
            return {"type": "custom_tool_call", **encoded, "input": call.arguments}
        return {"type": "function_call", **encoded, "arguments": arguments_text(call)}

    def _output(self, result: ToolResult) -> str | list[dict[str, Any]]:
        """Return the result of a call. A failure can only be expressed in words."""
        words = [part.text for part in result.parts if isinstance(part, Text)]
        if len(words) == len(result.parts):
            text = "\n".join(words)
            return f"Error: {text}" if result.is_error else text
        failed = [{"type": "input_text", "text": "Error:"}] if result.is_error else []
        return [*failed, *self._contents(result.parts)]

    def _contents(self, parts: Sequence[Part]) -> list[dict[str, Any]]:
        return [self._content(part) for part in parts if not (isinstance(part, Text | Refusal) and not part.text)]

    def _content(self, part: Part) -> dict[str, Any]:
        match part:
            case Text() | Refusal():
                return {"type": "input_text", "text": part.text}
            case Image():
                self.media.check_image(part)
                return {"type": "input_image", "image_url": image_url(part), "detail": part.detail or "auto"}
            case Document():
                return self._document(part)
            case Audio():
                self.media.check_audio(part)
        raise TypeError(type(part).__name__)

    def _document(self, document: Document) -> dict[str, Any]:
        self.media.check_document(document)
        if document.text is not None:
            return {"type": "input_text", "text": text_of_document(document)}
        if document.url is not None:
            return {"type": "input_file", "file_url": document.url}
        name = document.filename or document.title or "document.pdf"
        return {"type": "input_file", "filename": name, "file_data": data_url(document.media_type, document.data or "")}


def _own_words(part: Text | Refusal) -> list[dict[str, Any]]:
    """Return the assistant's own content, which only these types may hold."""
    if not part.text:
        return []
    if isinstance(part, Refusal):
        return [{"type": "refusal", "refusal": part.text}]
    return [{"type": "output_text", "text": part.text, "annotations": []}]
