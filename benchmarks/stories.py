"""Events of providers and models as the service records them, for logs that benchmarks fill."""

from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from adapters.event_store.log_records import Append


def nobody() -> Append:
    """Be the scope of a recorder whose every append names its own."""
    raise LookupError("every append of a benchmark names its organization")


def append(organization_id: UUID) -> Append:
    return Append(organization_id=organization_id, actor="benchmark", command_id=uuid4(), correlation_id="benchmark")


def provider_event(provider_id: UUID) -> StoredEvent:
    state = (
        b'{"credential_hint":null,"credential_version":0,"endpoint":"https://api.openai.com/v1","is_enabled":true,'
        b'"name":"OpenAI","origin":"https://api.openai.com:443","provider_type":"openai","settings":{}}'
    )
    return StoredEvent(provider_id, 1, "provider.registered", state)


def model_events(provider_id: UUID) -> list[StoredEvent]:
    model_id = uuid4()
    registered = (
        '{"capabilities":["text","function_calling","streaming"],"config":{"temperature":0.7},"context_window":128000,'
        '"input_per_1k":"0.0025","is_enabled":true,"lifecycle":null,"max_tokens":16384,'
        f'"model_id":"{model_id}","name":"GPT-4o","output_per_1k":"0.01","price_as_of":"2026-11-04",'
        f'"price_source":"genai-prices","provider_id":"{provider_id}","retires_on":null,'
        '"sources":{"price":"genai-prices","type":"catalogue"},"type":"multimodal","version":null}'
    ).encode()
    price = b'{"input_per_1k":"0.003","output_per_1k":"0.012","price_as_of":null,"price_source":null}'
    renamed = b'{"name":"A better name","sources":{"name":"manual"}}'
    recorded = [
        ("model.registered", registered),
        ("model.renamed", renamed),
        ("model.price-changed", price),
        ("model.disabled", b"{}"),
        ("model.enabled", b"{}"),
    ]
    return [StoredEvent(model_id, revision, topic, state) for revision, (topic, state) in enumerate(recorded, 1)]
