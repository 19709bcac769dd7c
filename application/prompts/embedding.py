"""Turning texts into vectors on a provider's model: what an adapter receives, and what it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Protocol

from application.ports.provider_gateway import ProviderConnection
from application.prompts.completion import TokenUsage

MOST_INPUTS: Final = 2_048
"""Texts in one request, as OpenAI allows (its SDK's documentation of `input`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingInput:
    """The texts, or lists of a model's own tokens, each of which becomes a vector.

    `dimensions` shortens the vectors, where the model can. `others` are further fields of a client's body in OpenAI's
    shape, for a provider that speaks it; elsewhere `tuning` names those that are left out.
    """

    texts: tuple[str, ...] = field(default=(), repr=False)
    tokens: tuple[tuple[int, ...], ...] = field(default=(), repr=False)
    dimensions: int | None = None
    others: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingRequest:
    """Inputs for one model, whose name is sent exactly as the provider has it; the deadline is in seconds."""

    model_id: str
    input: EmbeddingInput
    deadline_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The vectors, in the order of the inputs, and what they cost."""

    vectors: Sequence[Sequence[float]] = field(repr=False)
    usage: TokenUsage
    answered_by: str | None = None
    cost_usd: Decimal | None = None
    price_conditions: Mapping[str, str] = field(default_factory=dict)
    upstream_request_id: str | None = None
    ignored_fields: tuple[str, ...] = ()

    @property
    def dimensions(self) -> int:
        """How long each vector is, 0 where there is none."""
        return len(self.vectors[0]) if self.vectors else 0


class Embeddings(Protocol):
    """Embeds texts by provider type. One attempt a call."""

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest) -> Embedded:
        """Return a vector for each input.

        Raises:
            InvalidInput: the provider does not take a part of the request; nothing was sent.
            UpstreamFailure: the provider refused, failed or stopped sending, or has no embeddings at all.
        """
        ...
