"""Answers of the compatible Messages API, as far as clients of every kind look at them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class CompletedMessageAnswer(BaseModel):
    """An answer, in the shape of Messages; Anthropic's own may have more fields."""

    model_config = ConfigDict(extra="allow")

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[dict[str, Any]]
    stop_reason: str | None
    stop_sequence: str | None
    usage: dict[str, Any]


class MessageEvent(BaseModel):
    """An event of a streamed answer."""

    model_config = ConfigDict(extra="allow")

    type: str
