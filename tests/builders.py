"""What tests are made of: valid things, of which a test says only what matters to it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from adapters.event_store.log_records import Append
from application.caller import Caller, acting_as
from application.ports.vault import KeyBinding, SealedCredential
from domain.access_key.aggregate import AccessKey
from domain.access_key.values import NO_LIMITS as NO_KEY_LIMITS
from domain.access_key.values import UNRESTRICTED, Restriction
from domain.access_key.values import Limits as KeyLimits
from domain.budget import Budget
from domain.model.aggregate import Model
from domain.model.values import NOT_TOLD, Lifecycle, Limits, Price
from domain.provider.aggregate import Provider
from domain.provider.values import Endpoint, NewCredential
from domain.webhook.aggregate import Webhook

AN_ENDPOINT = Endpoint("https://api.example.com/v1", "https://api.example.com:443")
ANOTHER_ENDPOINT = Endpoint("https://api.example.org/v1", "https://api.example.org:443")
A_CREDENTIAL = NewCredential("…abcd")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NO_LIMITS = Limits(context_window=None, max_tokens=None)


def a_caller(
    organization_id: UUID | None = None,
    *,
    actor: str = "user-1",
    command_id: UUID | None = None,
    correlation_id: str = "request-1",
    reason: str | None = None,
) -> Caller:
    """Return a caller with a command of its own."""
    return Caller(
        organization_id=organization_id or uuid4(),
        actor=actor,
        command_id=command_id or uuid4(),
        correlation_id=correlation_id,
        reason=reason,
    )


@contextmanager
def acting(
    organization_id: UUID,
    *,
    actor: str = "user-1",
    command_id: UUID | None = None,
    correlation_id: str = "request-1",
    reason: str | None = None,
) -> Iterator[Caller]:
    """Run the block as one command of a member of the organization."""
    caller = a_caller(organization_id, actor=actor, command_id=command_id, correlation_id=correlation_id, reason=reason)
    with acting_as(caller):
        yield caller


def a_provider(
    provider_id: UUID | None = None,
    *,
    name: str | None = None,
    provider_type: str = "openai",
    endpoint: Endpoint = AN_ENDPOINT,
    settings: dict[str, Any] | None = None,
    credential: NewCredential | None = A_CREDENTIAL,
    extra_headers: Sequence[str] = (),
    is_enabled: bool = True,
) -> Provider:
    """Return a new provider that is not saved yet, with a name of its own."""
    provider_id = provider_id or uuid4()
    return Provider.register(
        provider_id,
        name=name or f"Provider {provider_id}",
        provider_type=provider_type,
        endpoint=endpoint,
        settings=settings or {},
        credential=credential,
        extra_headers=extra_headers,
        is_enabled=is_enabled,
    )


def a_model(
    id: UUID | None = None,  # noqa: A002 - as the aggregate has it
    *,
    provider_id: UUID | None = None,
    model_id: str | None = None,
    name: str = "A model",
    version: str | None = None,
    type: str = "language",  # noqa: A002 - the field's name in the contract
    capabilities: Sequence[str] = ("streaming", "tools"),
    config: dict[str, Any] | None = None,
    limits: Limits = NO_LIMITS,
    price: Price | None = None,
    lifecycle: Lifecycle = NOT_TOLD,
    is_enabled: bool = True,
    sources: dict[str, str] | None = None,
) -> Model:
    """Return a new model that is not saved yet, with a model id of its own."""
    id = id or uuid4()  # noqa: A001
    return Model.register(
        id,
        provider_id=provider_id or uuid4(),
        model_id=model_id or f"model-{id}",
        name=name,
        version=version,
        type=type,
        capabilities=list(capabilities),
        config=config or {},
        limits=limits,
        price=price,
        lifecycle=lifecycle,
        is_enabled=is_enabled,
        sources=sources or {},
    )


def an_access_key(
    key_id: UUID | None = None,
    *,
    name: str = "A key",
    scope: str = "run",
    restriction: Restriction = UNRESTRICTED,
    limits: KeyLimits = NO_KEY_LIMITS,
    budget: Budget | None = None,
    labels: dict[str, str] | None = None,
    expires_at: datetime | None = None,
    is_enabled: bool = True,
) -> AccessKey:
    """Return a new access key that is not saved yet."""
    return AccessKey.issue(
        key_id or uuid4(),
        name=name,
        scope=scope,
        hint="…abcd",
        issued_by="user-1",
        now=NOW,
        restriction=restriction,
        limits=limits,
        budget=budget,
        labels=labels,
        expires_at=expires_at,
        is_enabled=is_enabled,
    )


def a_webhook(webhook_id: UUID | None = None, *, name: str = "A webhook", topics: Sequence[str] = ("*",)) -> Webhook:
    """Return a new webhook that is not saved yet."""
    return Webhook.register(
        webhook_id or uuid4(),
        name=name,
        topics=topics,
        format="json",
        host="alerts.example.com",
        secret_hint="…abcd",
    )


def a_price(input_per_1k: str | None = "0.0025", output_per_1k: str | None = "0.01", source: str = "manual") -> Price:
    """Return a price in USD per 1,000 tokens."""
    return Price(
        None if input_per_1k is None else Decimal(input_per_1k),
        None if output_per_1k is None else Decimal(output_per_1k),
        source,
    )


def a_sealed_credential(
    organization_id: UUID, provider_id: UUID, *, version: int = 1, ciphertext: bytes = b"sealed"
) -> SealedCredential:
    """Return a sealed key that no vault can open: for what stores and forgets it."""
    return SealedCredential(
        binding=KeyBinding(
            organization_id=organization_id, provider_id=provider_id, version=version, origin=AN_ENDPOINT.origin
        ),
        hint="…abcd",
        ciphertext=ciphertext,
        nonce=b"nonce",
        wrapped_key=b"wrapped key",
        wrap_nonce=b"wrap nonce",
        master_key_id="master-1",
    )


def an_append(
    organization_id: UUID,
    *,
    command_id: UUID | None = None,
    actor: str = "user-1",
    correlation_id: str = "request-1",
    reason: str | None = None,
    sealed: Sequence[SealedCredential] = (),
    destroyed: Sequence[UUID] = (),
) -> Append:
    """Return what goes with an append on the organization's behalf, as a command of its own."""
    return Append(
        organization_id=organization_id,
        actor=actor,
        command_id=command_id or uuid4(),
        correlation_id=correlation_id,
        reason=reason,
        sealed=sealed,
        destroyed=destroyed,
    )


def a_stored_event(
    aggregate_id: UUID | None = None, revision: int = 1, *, topic: str = "test.happened", state: bytes = b"{}"
) -> StoredEvent:
    """Return an event that no projection knows: for a recorder without one."""
    return StoredEvent(originator_id=aggregate_id or uuid4(), originator_version=revision, topic=topic, state=state)
