"""Schemas of answers about provider types."""

from typing import Annotated, Any, Literal

from entrypoints.http.answers.response_model import ResponseModel, at


class TypeSetting(ResponseModel):
    """One setting of a type, as a form draws it; `pattern` is a regular expression for the whole text."""

    name: str
    kind: Literal["string", "boolean", "integer", "choice"]
    label: str
    help: str
    required: bool
    choices: list[str]
    default: str | int | bool | None
    pattern: str | None


class TypePreset(ResponseModel):
    """A well-known service that speaks the type's protocol: its endpoint and settings, ready to use."""

    name: str
    label: str
    endpoint: str
    needs_key: bool
    settings: dict[str, Any]


class ProviderKind(ResponseModel):
    """A type of provider. Without a default endpoint one must be given."""

    name: str
    label: str
    default_endpoint: str | None
    needs_key: bool
    key_help: str
    fields: Annotated[list[TypeSetting], at("settings")]
    presets: list[TypePreset]


class ProviderKinds(ResponseModel):
    """All types, built in and installed."""

    data: list[ProviderKind]
