"""Schemas of model lists in the compatible APIs, in the shape that the client expects."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, RootModel


class CompatibleModel(BaseModel):
    """A model, in OpenAI's shape with some fields of ours; `created` is in seconds since 1970, null is not known."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    name: str
    context_window: int | None
    max_output_tokens: int | None
    type: str
    capabilities: list[str]
    modelbook_id: UUID


class CompatibleModelList(BaseModel):
    """Names that work as `model`, in OpenAI's shape."""

    object: Literal["list"]
    data: list[CompatibleModel]
    has_more: bool


class MessagesModel(BaseModel):
    """A model, in Anthropic's shape; null is not known."""

    type: Literal["model"]
    id: str
    display_name: str
    created_at: datetime
    max_input_tokens: int | None
    max_tokens: int | None


class MessagesModelList(BaseModel):
    """Names that work as `model`, in Anthropic's shape."""

    data: list[MessagesModel]
    first_id: str | None
    has_more: bool
    last_id: str | None


class AnyModel(RootModel[CompatibleModel | MessagesModel]):
    """A model, in OpenAI's shape, or in Anthropic's where the request names its version."""


class AnyModelList(RootModel[CompatibleModelList | MessagesModelList]):
    """Names that work as `model`, in OpenAI's shape, or in Anthropic's where the request names its version."""
