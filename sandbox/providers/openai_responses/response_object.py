"""The Response object: items, status and usage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sandbox.json_fields import JsonObject, object_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import Block, Finish, ModelReply, TextBlock, ThinkingBlock
from sandbox.parsed_request import ApiCall
from sandbox.providers.openai_compatible.completion import arguments_of, call_id
from sandbox.signed_blobs import signed_blob
from sandbox.tool_calls import ToolCall

Status = Literal["in_progress", "completed", "incomplete", "failed"]
_STATUSES: dict[Finish, str] = {
    "stop": "completed",
    "calls": "completed",
    "length": "max_output_tokens",
    "filter": "content_filter",
    "failed": "failed",
}
_FAILURE = {"code": "server_error", "message": "The model failed to finish this answer."}
#: Fields that come back as they were sent, and what they are when they were not.
_ECHOED: Mapping[str, object] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
    "metadata": {},
}


@dataclass(frozen=True, slots=True)
class ResponseObject:
    """Writes the object and the items of one response."""

    call: ApiCall
    model: SimulatedModel
    reply: ModelReply

    def response(self, status: Status | None = None) -> JsonObject:
        """The response: finished, or as it is when it has just been created."""
        body = self.call.json()
        ending = self.reply.finish_word(_STATUSES)
        done = status is None
        reason = ending if ending not in {"completed", "failed"} else None
        final: Status = "incomplete" if reason else "failed" if ending == "failed" else "completed"
        return {
            "id": f"resp_{self.call.token(48)}",
            "object": "response",
            "created_at": int(self.call.now),
            "status": status or final,
            "background": False,
            "completed_at": int(self.call.now) if done and final == "completed" else None,
            "error": _FAILURE if done and final == "failed" else None,
            "incomplete_details": {"reason": reason} if done and reason else None,
            "model": self.model.snapshot,
            "output": [self.item(number) for number in range(len(self.reply.blocks))] if done else [],
            **{name: body.get(name, default) for name, default in _ECHOED.items()},
            "reasoning": {"effort": self._effort(), "summary": object_at(body, "reasoning").get("summary")},
            "service_tier": "default" if done else "auto",
            "text": {"format": {"type": "text"}, "verbosity": "medium", **object_at(body, "text")},
            "tools": [_shown(tool) for tool in _objects(body.get("tools"))],
            "usage": usage_of(self.reply) if done and self.reply.has_usage else None,
        }

    def item(self, number: int, *, done: bool = True) -> JsonObject:
        """One of the items, whole or as it is when it is added."""
        block = self.reply.blocks[number]
        last_is_cut = self.reply.cut and number == len(self.reply.blocks) - 1
        status = "in_progress" if not done else "incomplete" if last_is_cut else "completed"
        if isinstance(block, ThinkingBlock):
            summary = [{"type": "summary_text", "text": block.text}] if done and self.has_summary else []
            # The text is final only when the item is done.
            sealed = signed_blob(self.call, self.model)
            encrypted = sealed if done else sealed[:16]
            facts: JsonObject = {"type": "reasoning", "summary": summary, "encrypted_content": encrypted}
            return {"id": self.item_id(number), **facts, "status": status}
        if isinstance(block, TextBlock):
            content = [self.part(block.text)] if done else []
            facts = {"type": "message", "role": "assistant", "phase": "final_answer", "content": content}
            return {"id": self.item_id(number), **facts, "status": status}
        facts = {"call_id": self._call_id(block), "name": block.name}
        if block.free_text:
            given = block.arguments if done else ""
            return {"id": self.item_id(number), "type": "custom_tool_call", **facts, "input": given, "status": status}
        given = arguments_of(block, self.reply) if done else ""
        return {"id": self.item_id(number), "type": "function_call", **facts, "arguments": given, "status": status}

    def part(self, text: str) -> JsonObject:
        """The part of a message, which says no or something else."""
        if self.reply.declined:
            return {"type": "refusal", "refusal": text}
        return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}

    def item_id(self, number: int) -> str:
        """The id of an item, the same from its beginning to its end."""
        return f"{_prefix(self.reply.blocks[number])}_{self.call.numbered_token(48, number)}"

    @property
    def has_summary(self) -> bool:
        """A summary of the reasoning was requested."""
        return bool(object_at(self.call.json(), "reasoning").get("summary"))

    def _call_id(self, block: ToolCall) -> str:
        calls = [each is block for each in self.reply.calls]
        return call_id(self.call, self.reply, calls.index(True))

    def _effort(self) -> object:
        asked = object_at(self.call.json(), "reasoning").get("effort")
        return asked or ("medium" if self.reply.thoughts else "none" if self.model.reasoning else None)


def usage_of(reply: ModelReply) -> JsonObject:
    """The counts with both details."""
    return {
        "input_tokens": reply.input_tokens,
        "input_tokens_details": {"cached_tokens": reply.cached_tokens, "cache_write_tokens": reply.written_tokens},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": reply.thinking_tokens},
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }


def _prefix(block: Block) -> str:
    if isinstance(block, ThinkingBlock):
        return "rs"
    if isinstance(block, TextBlock):
        return "msg"
    return "ctc" if block.free_text else "fc"


def _shown(tool: JsonObject) -> JsonObject:
    """A tool as the answer repeats it; functions are strict by default."""
    if tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": True, **tool}


def _objects(value: object) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
