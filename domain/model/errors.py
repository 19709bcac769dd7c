"""Errors of models."""

from domain.errors import DomainError


class ModelIdentityFixed(DomainError):
    """The provider and the model id of a model cannot be changed. Register another model instead."""

    code = "model-identity-fixed"
    pointer = "/modelId"


class ModelProviderFixed(ModelIdentityFixed):
    """The provider of a model cannot be changed. Register another model instead."""

    pointer = "/providerId"
