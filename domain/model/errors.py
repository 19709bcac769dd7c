"""Errors of models."""

from __future__ import annotations

from domain.errors import DomainError


class ModelIdentityFixed(DomainError):
    """A model keeps its provider and its provider's model id for life; register another model instead."""

    code = "model-identity-fixed"
    pointer = "/modelId"


class ModelProviderFixed(ModelIdentityFixed):
    """A model keeps its provider for life; register another model instead."""

    pointer = "/providerId"
