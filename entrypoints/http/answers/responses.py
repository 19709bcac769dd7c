"""Answers of the compatible Responses API, as far as clients of every kind look at them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class CompletedResponse(BaseModel):
    """An answer, in the shape of Responses; a provider of the same protocol may add fields. Nothing is stored."""

    model_config = ConfigDict(extra="allow")

    id: str
    object: Literal["response"]
    created_at: float
    status: Literal["completed", "incomplete", "failed", "in_progress"]
    model: str
    output: list[dict[str, Any]]
    usage: dict[str, Any] | None
    error: dict[str, Any] | None
    incomplete_details: dict[str, Any] | None
    store: bool


class ResponseEvent(BaseModel):
    """An event of a streamed answer."""

    model_config = ConfigDict(extra="allow")

    type: str
    sequence_number: int
