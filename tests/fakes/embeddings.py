"""Vectors without a provider: as long as the text, so that a test sees which is whose."""

from application.ports.provider_gateway import ProviderConnection
from application.prompts.completion import TokenUsage
from application.prompts.embedding import Embedded, EmbeddingRequest


class FakeEmbeddings:
    """Implements `Embeddings`, and remembers what was asked."""

    def __init__(self) -> None:
        self.requests: list[EmbeddingRequest] = []

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest) -> Embedded:
        del connection
        self.requests.append(request)
        asked = request.input
        lengths = [len(each) for each in asked.texts] or [len(each) for each in asked.tokens]
        return Embedded(
            vectors=[[float(length), 0.5] for length in lengths],
            usage=TokenUsage(input_tokens=sum(lengths), output_tokens=0),
            answered_by=f"{request.model_id}-snapshot",
            upstream_request_id="req_1",
            ignored_fields=tuple(asked.others),
        )
