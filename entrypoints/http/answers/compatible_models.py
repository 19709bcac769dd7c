"""Schemas of model lists at the doors, in the shape that the client expects."""

from __future__ import annotations

from pydantic import RootModel

from entrypoints.http.answers.chat_completions import CompatibleModel, CompatibleModelList
from entrypoints.http.answers.messages import MessagesModel, MessagesModelList


class AnyModel(RootModel[CompatibleModel | MessagesModel]):
    """A model, in OpenAI's shape, or in Anthropic's where the request names its version."""


class AnyModelList(RootModel[CompatibleModelList | MessagesModelList]):
    """Names that work as `model`, in OpenAI's shape, or in Anthropic's where the request names its version."""
