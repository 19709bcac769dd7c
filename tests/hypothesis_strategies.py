"""Values and commands for property tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from domain.access_key.aggregate import AccessKey
from domain.access_key.values import SCOPES, Restriction
from domain.access_key.values import Limits as KeyLimits
from domain.budget import PERIODS, Budget
from domain.member.aggregate import Member
from domain.member.values import ROLES
from domain.model.aggregate import Model
from domain.model.values import LIFECYCLES, MODEL_TYPES, PRICED_KINDS, Lifecycle, Limits, Price, PriceTier
from domain.organization.aggregate import Organization
from domain.organization.values import LARGEST_QUOTA
from domain.provider.aggregate import Provider
from domain.provider.values import HEALTH_STATUSES, Endpoint, NewCredential
from domain.root import Root
from domain.webhook.aggregate import Webhook
from domain.webhook.values import FORMATS

Command = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A method of an aggregate with its arguments."""

# What one code unit cannot say (surrogates) and what Postgres cannot keep (null) the domain refuses; others test that.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
labels = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
names = labels
integers = st.integers(-(2**63) + 1, 2**63 - 1)
documents = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | integers | st.floats(allow_nan=False, allow_infinity=False) | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)
amounts = (
    st.none() | st.decimals(0, 1000, places=8) | st.sampled_from([Decimal("-0"), Decimal("1E+2"), Decimal("1E-30")])
)
kinds_of_tokens = dict.fromkeys(PRICED_KINDS[2:], amounts)
tiers = st.lists(
    st.builds(
        PriceTier,
        above_input_tokens=st.integers(1, 10**12),
        service_tier=st.none() | st.just("flex"),
        output_per_1k=amounts.filter(lambda amount: amount is not None),
        **kinds_of_tokens,
    ),
    max_size=3,
    unique_by=lambda tier: tier.above_input_tokens,
)
prices = st.none() | st.builds(
    Price,
    amounts.filter(lambda amount: amount is not None),
    amounts,
    st.sampled_from(["manual", "live", "catalogue"]),
    st.none() | st.just("2026-01-02"),
    tiers=tiers.map(tuple),
    **kinds_of_tokens,
)
tokens = st.none() | st.integers(0, 10**12)
limits = st.builds(Limits, context_window=tokens, max_tokens=tokens)
endpoints = st.sampled_from(
    [
        Endpoint("https://one.example/v1", "https://one.example:443"),
        Endpoint("https://one.example/v2", "https://one.example:443"),
        Endpoint("https://two.example/v1", "https://two.example:443"),
    ]
)
credentials = st.builds(NewCredential, labels)
capabilities = st.lists(st.sampled_from(["tools", "vision", "streaming", "json"]), max_size=5)
sources = st.sampled_from(["manual", "live", "catalogue"])
sources_by_field = st.dictionaries(
    st.sampled_from(["type", "capabilities", "contextWindow", "maxTokens", "lifecycle", "retiresOn"]), sources
)
lifecycles = st.builds(
    Lifecycle, lifecycle=st.none() | st.sampled_from(LIFECYCLES), retires_on=st.none() | st.just("2026-06-01")
)


def _command(
    name: str, *arguments: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]
) -> st.SearchStrategy[Command]:
    return st.tuples(st.just(name), st.tuples(*arguments), st.fixed_dictionaries(named))


header_names = st.lists(st.sampled_from(["X-One", "X-Two"]), unique=True)

provider_commands = st.one_of(
    _command("rename", names),
    _command("move", endpoints, st.none() | credentials, st.none() | header_names),
    _command("change_extra_headers", header_names),
    _command("replace_credential", credentials),
    _command("remove_credential"),
    _command("change_settings", documents),
    _command("enable"),
    _command("disable"),
    _command("record_health", st.sampled_from(HEALTH_STATUSES), st.sampled_from(["ok", "timeout"])),
)

model_commands = st.one_of(
    _command("rename", names),
    _command("reconfigure", version=st.none() | labels, config=documents),
    _command("change_capabilities", st.sampled_from(MODEL_TYPES), capabilities, sources=st.none() | sources_by_field),
    _command("change_price", prices),
    _command("change_limits", limits, sources=st.none() | sources_by_field),
    _command("follow_lifecycle", lifecycles, sources=st.none() | sources_by_field),
    _command("note_retirement", st.sampled_from([30, 7, 1]), st.dates().map(str)),
    _command("enable"),
    _command("disable"),
)

removal = _command("remove")

registrations_of_providers = st.fixed_dictionaries(
    {
        "name": names,
        "provider_type": labels,
        "endpoint": endpoints,
        "settings": documents,
        "credential": st.none() | credentials,
        "is_enabled": st.booleans(),
    }
)
providers = st.builds(lambda id_, facts: Provider.register(id_, **facts), st.uuids(), registrations_of_providers)

registrations_of_models = st.fixed_dictionaries(
    {
        "model_id": labels,
        "name": names,
        "version": st.none() | labels,
        "type": st.sampled_from(MODEL_TYPES),
        "capabilities": capabilities,
        "config": documents,
        "limits": limits,
        "price": prices,
        "lifecycle": lifecycles,
        "is_enabled": st.booleans(),
        "sources": st.dictionaries(st.sampled_from(["name", "price", "type"]), sources),
    }
)
models = st.builds(
    lambda id_, provider_id, facts: Model.register(id_, provider_id=provider_id, **facts),
    st.uuids(),
    st.uuids(),
    registrations_of_models,
)

organizations = st.builds(lambda id_, name: Organization.register(id_, name=name), st.uuids(), names)


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
times = st.none() | st.datetimes(NOW.replace(tzinfo=None) + timedelta(seconds=1), timezones=st.just(UTC))
bounds = st.none() | st.integers(1, 10**9)
key_limits = st.builds(KeyLimits, requests_per_minute=bounds, tokens_per_minute=bounds, concurrent=bounds)
budgets = st.none() | st.builds(Budget, st.decimals(Decimal("0.000001"), 10**9, places=6), st.sampled_from(PERIODS))
restrictions = st.builds(
    Restriction,
    *[st.none() | st.lists(st.uuids().map(str), min_size=1, max_size=3).map(tuple) for _ in range(2)],
)
key_labels = st.dictionaries(st.sampled_from(["team", "application", "stage"]), labels, max_size=3)
issues_of_keys = st.fixed_dictionaries(
    {
        "name": names,
        "scope": st.sampled_from(SCOPES),
        "hint": labels,
        "issued_by": labels,
        "now": st.just(NOW),
        "restriction": restrictions,
        "limits": key_limits,
        "budget": budgets,
        "labels": key_labels,
        "expires_at": times,
        "is_enabled": st.booleans(),
    }
)
organization_commands = st.one_of(
    _command("rename", names),
    _command("change_quotas", st.dictionaries(labels, st.integers(0, LARGEST_QUOTA), max_size=3)),
    _command("change_budget", budgets),
    _command("note_threshold", st.sampled_from([50, 80, 100]), since=times),
)
access_keys = st.builds(lambda id_, facts: AccessKey.issue(id_, **facts), st.uuids(), issues_of_keys)
access_key_commands = st.one_of(
    _command("rename", names),
    _command("change_limits", key_limits),
    _command("change_budget", budgets),
    _command("restrict", restrictions),
    _command("change_labels", key_labels),
    _command("change_expiry", times, now=st.just(NOW)),
    _command("rotate", labels, previous_valid_until=times),
    _command("enable"),
    _command("disable"),
    _command("note_threshold", st.sampled_from([50, 80, 100]), since=times),
    _command("note_expiry", st.sampled_from([7, 1]), times.filter(lambda time: time is not None)),
)

topics = st.lists(
    st.sampled_from(["*", "provider.*", "model.price-changed", "webhook.removed"]), min_size=1, max_size=3
)
registrations_of_webhooks = st.fixed_dictionaries(
    {
        "name": names,
        "topics": topics,
        "format": st.sampled_from(FORMATS),
        "host": labels,
        "secret_hint": labels,
        "is_enabled": st.booleans(),
    }
)
webhooks = st.builds(lambda id_, facts: Webhook.register(id_, **facts), st.uuids(), registrations_of_webhooks)
webhook_commands = st.one_of(
    _command("rename", names),
    _command("change_topics", topics),
    _command("change_format", st.sampled_from(FORMATS)),
    _command("replace_address", labels),
    _command("rotate_secret", labels, previous_valid_until=times),
    _command("enable"),
    _command("disable"),
    _command(
        "switch_off",
        cause=labels,
        attempts=st.integers(1, 99),
        failing_since=st.just(NOW),
        position=st.integers(1, 2**53),
    ),
)

roles = st.sampled_from(ROLES)
members = st.builds(lambda id_, role: Member.invite(id_, role=role), st.uuids(), roles)
member_commands = st.one_of(
    _command("invite_again"),
    _command("change_role", roles),
    _command("join", st.uuids()),
)


def apply_command(aggregate: Root, command: Command) -> None:
    """Ask the aggregate to do what the command says.

    Raises:
        DomainError: a rule says no.
    """
    name, arguments, named = command
    getattr(aggregate, name)(*arguments, **named)
