"""What a package builds on that brings a provider type, by the entry-point group `modelbook.providers`.

An adapter fulfils `ProviderAdapter`, or `PromptAdapter` when it also runs prompts. Nothing else of Modelbook's packages
is public: what is not named here may change with any version.
"""

from application.errors import InvalidInput
from application.ports.generation import (
    FinishReason,
    Generated,
    GenerationRequest,
    ImagePart,
    Message,
    StreamEvent,
    TextDelta,
    TextPart,
    TokenUsage,
)
from application.ports.outbound import Outbound, OutboundFailure, OutboundRequest, OutboundResponse, OutboundStream
from application.ports.provider_adapter import Concern, Finding, PromptAdapter, ProviderAdapter
from application.ports.provider_gateway import (
    Category,
    OfferedModel,
    Preset,
    ProviderConnection,
    ProviderType,
    RateLimit,
    SettingField,
    Timings,
    UpstreamFailure,
)

__all__ = [
    "Category",
    "Concern",
    "Finding",
    "FinishReason",
    "Generated",
    "GenerationRequest",
    "ImagePart",
    "InvalidInput",
    "Message",
    "OfferedModel",
    "Outbound",
    "OutboundFailure",
    "OutboundRequest",
    "OutboundResponse",
    "OutboundStream",
    "Preset",
    "PromptAdapter",
    "ProviderAdapter",
    "ProviderConnection",
    "ProviderType",
    "RateLimit",
    "SettingField",
    "StreamEvent",
    "TextDelta",
    "TextPart",
    "Timings",
    "TokenUsage",
    "UpstreamFailure",
]
