"""Anthropic's models: limits and a tree of capabilities for each, retired ones on request."""

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import Row, SimulatedModel

#: Context management strategies and effort levels, as the API names them.
_STRATEGIES = ("clear_tool_uses_20250919", "clear_thinking_20251015", "compact_20260112")
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_LISTED_FIELDS = (
    "display_name",
    "created_at",
    "max_input_tokens",
    "max_tokens",
    "lifecycle",
    "deprecated_at",
    "retires_at",
    "line",
)


def make_model(row: Row) -> SimulatedModel:
    """A model of Anthropic's list; a row says how it thinks: `adaptive`, `enabled` or `none`."""
    model_id = str(row["id"])
    thinking = str(row.get("thinking", "none"))
    vision = row.get("vision", True) is True
    capabilities = row.get("capabilities", _capabilities(thinking, vision=vision))
    entry: JsonObject = {
        "type": "model",
        "id": model_id,
        **{name: row.get(name) for name in _LISTED_FIELDS},
        "capabilities": capabilities,
    }
    limit = row.get("max_tokens")
    aliases = row.get("aliases")
    return SimulatedModel(
        id=model_id,
        entry=entry,
        vision=vision,
        snapshot=str(row.get("snapshot", model_id)),
        aliases=tuple(map(str, aliases)) if isinstance(aliases, list) else (),
        output_limit=limit if isinstance(limit, int) else None,
        lifecycle=str(row.get("lifecycle", "active")),
    )


def _capabilities(thinking: str, *, vision: bool) -> JsonObject:
    modern = thinking == "adaptive"
    thinks = thinking != "none"
    return {
        "batch": _yes(answer=thinks),
        "citations": _yes(answer=True),
        "code_execution": _yes(answer=thinks),
        "context_management": _group(
            {name: thinks and (modern or "2025" in name) for name in _STRATEGIES}, supported=thinks
        ),
        "effort": _group(dict.fromkeys(_EFFORTS, modern), supported=modern),
        "image_input": _yes(answer=vision),
        "pdf_input": _yes(answer=vision),
        "server_tools": _group({"web_search": thinks, "code_execution": thinks}, supported=thinks),
        "structured_outputs": _yes(answer=thinks),
        "thinking": {
            "supported": thinks,
            "types": {
                "enabled": _yes(answer=thinking == "enabled"),
                "adaptive": _yes(answer=modern),
                "between_tools": _yes(answer=False),
                "disabled": _yes(answer=True),
            },
        },
    }


def _yes(*, answer: bool) -> JsonObject:
    return {"supported": answer}


def _group(members: dict[str, bool], *, supported: bool) -> JsonObject:
    return {"supported": supported, **{name: _yes(answer=answer) for name, answer in members.items()}}
