"""What each provider offers, from its first page to its last."""

from decimal import Decimal

import pytest

from application.ports.provider_gateway import UpstreamFailure
from domain.model.values import MODEL_TYPES
from tests.contract.providers.sandbox_accounts import EVERY_PROVIDER, Accounts

PAGED = ["anthropic", "google"]
# Both take at most 1,000 a page.
MORE_THAN_TWO_PAGES = 2_050


def fill(accounts: Accounts, provider: str) -> None:
    catalogue = accounts.sandbox.catalogue(provider)
    for number in range(MORE_THAN_TWO_PAGES):
        catalogue.add(f"made-up-{number}")


@pytest.mark.parametrize("provider", EVERY_PROVIDER)
async def test_every_model_is_listed_once(accounts: Accounts, provider: str) -> None:
    models = await accounts.models(provider)
    ids = [model.model_id for model in models]
    assert len(set(ids)) == len(ids)
    assert {model.type for model in models} <= {*MODEL_TYPES, None}
    known = {model.id for model in accounts.sandbox.catalogue(provider).models() if model.lifecycle != "retired"}
    assert set(ids) <= known
    # Azure's list is one of two, and Mistral's names each model once.
    if provider not in {"azure", "mistral"}:
        assert set(ids) == known


async def test_mistrals_aliases_are_not_models_of_their_own(accounts: Accounts) -> None:
    models = await accounts.models("mistral")
    ids = {model.model_id for model in models}
    aliases = {alias for model in models for alias in model.extras.get("aliases", ())}
    assert aliases
    assert not ids & aliases
    assert ids | aliases >= {model.id for model in accounts.sandbox.catalogue("mistral").models()}


@pytest.mark.parametrize("provider", PAGED)
async def test_all_pages_are_read(accounts: Accounts, provider: str) -> None:
    fill(accounts, provider)
    ids = {model.model_id for model in await accounts.models(provider)}
    assert {f"made-up-{number}" for number in range(MORE_THAN_TWO_PAGES)} <= ids
    assert len(accounts.sandbox.requests) == 3


@pytest.mark.parametrize("provider", PAGED)
async def test_a_failing_page_leaves_nothing(accounts: Accounts, provider: str) -> None:
    fill(accounts, provider)
    accounts.sandbox.faults.add(kind="second_page_fails", provider=provider)
    with pytest.raises(UpstreamFailure) as error:
        await accounts.models(provider)
    assert (error.value.failure.category, error.value.failure.http_status) == ("provider_error", 500)


@pytest.mark.parametrize("provider", PAGED)
@pytest.mark.parametrize("kind", ["repeating_page_token", "endless_pages"])
async def test_pages_that_do_not_end_leave_nothing(accounts: Accounts, provider: str, kind: str) -> None:
    accounts.sandbox.faults.add(kind=kind, provider=provider)
    with pytest.raises(UpstreamFailure, match=r"does not end|is longer than"):
        await accounts.models(provider)
    assert len(accounts.sandbox.requests) <= 25


@pytest.mark.parametrize("provider", [name for name in EVERY_PROVIDER if name != "azure"])
async def test_an_account_may_have_no_models(accounts: Accounts, provider: str) -> None:
    accounts.sandbox.faults.add(kind="empty_list", provider=provider)
    assert list(await accounts.models(provider)) == []


@pytest.mark.parametrize("provider", [name for name in EVERY_PROVIDER if name != "openrouter"])
async def test_a_list_that_is_refused_says_why(accounts: Accounts, provider: str) -> None:
    expected = {
        "bad_key": "auth_invalid",
        "server_error": "provider_error",
        "rate_limited": "rate_limited",
        "bad_gateway": "unexpected_body",
    }
    for key, category in expected.items():
        with pytest.raises(UpstreamFailure) as error:
            await accounts.models(provider, key)
        assert error.value.failure.category == category
        assert error.value.failure.hint
        assert accounts.sandbox.key(provider, key) not in f"{error.value!r} {error.value.__dict__}"


async def test_openrouters_list_is_open_to_anybody(accounts: Accounts) -> None:
    assert list(await accounts.models("openrouter", "bad_key")) == list(await accounts.models("openrouter"))


async def test_azures_deployments_are_what_can_be_called(accounts: Accounts) -> None:
    base = {model.model_id for model in await accounts.models("azure")}
    deployed = {model.model_id for model in await accounts.models("azure", listing="deployments")}
    assert base
    assert deployed
    assert not base & deployed


async def test_prices_come_out_the_same_whatever_they_are_quoted_in(accounts: Accounts) -> None:
    for provider in ("openrouter", "groq", "xai", "together"):
        models = await accounts.models(provider)
        prices = [model.input_per_1k for model in models if model.input_per_1k]
        assert prices
        # Between 0.01 and 100 USD for a million tokens, as everywhere.
        assert all(Decimal("0.00001") <= price <= Decimal("0.1") for price in prices)


async def test_a_router_without_a_price_is_not_free(accounts: Accounts) -> None:
    models = {model.model_id: model for model in await accounts.models("openrouter")}
    assert models["openrouter/auto"].input_per_1k is None


async def test_ollama_reports_what_every_model_can_do(accounts: Accounts) -> None:
    models = await accounts.models("ollama")
    assert all(model.capabilities is not None and model.context_window for model in models)
    assert {model.type for model in models} >= {"language", "embedding"}
