"""What is left out of a model is filled in, with its source; prices are exact, and never 0 for unknown."""

from decimal import Decimal

import pytest

from tests.e2e.api_client import MODELS, Api, Document, a_model, path_of


def figures(model: Document) -> tuple[object, ...]:
    """Return the price's one figure, and what reading and writing cost."""
    pricing = model["pricing"] or {"inputPer1kTokens": None, "outputPer1kTokens": None}
    return model["costPer1kTokens"], pricing["inputPer1kTokens"], pricing["outputPer1kTokens"]


async def test_the_catalogue_fills_in_what_is_left_out(api: Api) -> None:
    model = await api.model(await api.provider(), modelId="gpt-4o")
    assert (model["name"], model["type"]) == ("GPT-4o", "multimodal")
    assert {"vision", "function_calling"} <= set(model["capabilities"])
    assert (model["contextWindow"], model["maxTokens"]) == (128_000, 16_384)
    assert figures(model) == (Decimal("0.0025"), Decimal("0.0025"), Decimal("0.01"))
    assert (model["pricing"]["currency"], model["pricing"]["source"]) == ("USD", "genai-prices")
    assert model["pricing"]["asOf"] >= "2024-01-01"
    assert model["sources"] == {
        "name": "catalogue",
        "type": "catalogue",
        "capabilities": "catalogue",
        "contextWindow": "catalogue",
        "maxTokens": "catalogue",
        "lifecycle": "catalogue",
        "retiresOn": "catalogue",
        "price": "genai-prices",
    }


@pytest.mark.parametrize(
    ("provider_type", "endpoint", "model_id", "retires_on"),
    [
        ("google", "https://generativelanguage.googleapis.com", "gemini-2.0-flash", "2026-06-01"),
        ("google", "https://generativelanguage.googleapis.com", "gemini-1.5-pro", "2025-09-29"),
        ("google", "https://generativelanguage.googleapis.com", "gemini-1.5-flash", "2025-09-29"),
        ("openai", "https://api.openai.com/v1", "gpt-4-vision-preview", "2024-12-06"),
        ("openai", "https://api.openai.com/v1", "gpt-4-turbo", "2026-10-23"),
        ("anthropic", "https://api.anthropic.com", "claude-3-opus-20240229", "2026-01-05"),
        ("anthropic", "https://api.anthropic.com", "claude-3-sonnet-20240229", "2025-07-21"),
        ("anthropic", "https://api.anthropic.com", "claude-3-haiku-20240307", "2026-04-20"),
    ],
)
async def test_a_model_that_its_provider_has_retired_is_described_and_marked(
    api: Api, provider_type: str, endpoint: str, model_id: str, retires_on: str
) -> None:
    provider = await api.provider(providerType=provider_type, endpoint=endpoint)
    model = await api.model(provider, modelId=model_id)
    assert (model["lifecycle"], model["retiresOn"], model["type"]) == ("retired", retires_on, "multimodal")
    assert "vision" in model["capabilities"]
    assert model["contextWindow"] >= 128_000
    assert model["maxTokens"] >= 4_096
    assert None not in figures(model)
    assert (model["sources"]["lifecycle"], model["sources"]["price"]) == ("catalogue", "genai-prices")


async def test_what_a_person_says_wins_over_the_catalogue(api: Api) -> None:
    model = await api.model(await api.provider(), modelId="gpt-4o", name="Ours", maxTokens=100, costPer1kTokens=2)
    assert (model["name"], model["maxTokens"], figures(model)) == ("Ours", 100, (2, 2, 2))
    assert {field for field, source in model["sources"].items() if source == "manual"} == {
        "name",
        "maxTokens",
        "price",
    }
    assert model["contextWindow"] == 128_000


async def test_an_unknown_price_is_null(api: Api) -> None:
    provider = await api.provider()
    for model_id in ("nobody-knows-this", "whisper-1"):
        model = await api.model(provider, modelId=model_id)
        assert (model["costPer1kTokens"], model["pricing"]) == (None, None)
        assert "price" not in model["sources"]


async def test_a_price_of_nothing_is_a_price(api: Api) -> None:
    model = await api.model(await api.provider(), costPer1kTokens=0)
    assert figures(model) == (0, 0, 0)


@pytest.mark.parametrize(
    "written", ["0.000001", "0.1", "0.3", "0.0025", "12.345678", "1e-6", "2.50", "999.999999", "4e-7"]
)
async def test_a_price_comes_back_to_the_last_digit(api: Api, written: str) -> None:
    provider = await api.provider()
    body = f'{{"providerId": "{provider["id"]}", "modelId": "m", "costPer1kTokens": {written}}}'
    reply = await api.ask("POST", MODELS, content=body.encode())
    assert reply.status == 201, reply.text
    assert figures(reply.document) == (Decimal(written),) * 3
    assert "e-" not in reply.text.lower().split('"costper1ktokens":')[1].split(",")[0]


async def test_a_small_price_is_never_shown_as_nothing(api: Api) -> None:
    provider = await api.provider()
    body = (
        f'{{"providerId": "{provider["id"]}", "modelId": "m", '
        '"pricing": {"inputPer1kTokens": 0.000000125, "outputPer1kTokens": 0.00000000035}}'
    )
    model = (await api.ask("POST", MODELS, content=body.encode())).document
    assert figures(model) == (Decimal("0.000000125"), Decimal("0.000000125"), Decimal("0.00000000035"))


async def test_a_price_is_rounded_to_twelve_decimals(api: Api) -> None:
    provider = await api.provider()
    body = (
        f'{{"providerId": "{provider["id"]}", "modelId": "m", "pricing": {{"inputPer1kTokens": 0.00028000000000000003, '
        '"tiers": [{"serviceTier": "flex", "outputPer1kTokens": 0.1000000000000000055}]}}'
    )
    model = (await api.ask("POST", MODELS, content=body.encode())).document
    assert model["costPer1kTokens"] == model["pricing"]["inputPer1kTokens"] == Decimal("0.00028")
    assert model["pricing"]["tiers"][0]["outputPer1kTokens"] == Decimal("0.1")


@pytest.mark.parametrize("cost", [-0.1, 1000.01, 4e-13, "0.1", True, [1], 1e400])
async def test_what_is_no_price_is_refused(api: Api, cost: object) -> None:
    provider = await api.provider()
    written = "1e400" if cost == float("inf") else None
    body = a_model(provider, costPer1kTokens=cost)
    if written:
        reply = await api.ask(
            "POST",
            MODELS,
            content=f'{{"providerId": "{provider["id"]}", "modelId": "m", "costPer1kTokens": {written}}}'.encode(),
        )
    else:
        reply = await api.post(MODELS, body)
    assert (reply.status, reply.pointers) == (422, ["/costPer1kTokens"])


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"costPer1kTokens": 3}, (3, 3, 3)),
        ({"pricing": {"inputPer1kTokens": 5, "outputPer1kTokens": 6}}, (5, 5, 6)),
        ({"pricing": {"inputPer1kTokens": 5}}, (5, 5, 2)),
        ({"pricing": {"outputPer1kTokens": 6}}, (1, 1, 6)),
        ({"pricing": {"outputPer1kTokens": None}}, (1, 1, None)),
        ({"pricing": {"inputPer1kTokens": None}}, (2, None, 2)),
        ({"pricing": {"inputPer1kTokens": None, "outputPer1kTokens": None}}, (None, None, None)),
        ({"pricing": {}}, (1, 1, 2)),
        ({"pricing": None}, (None, None, None)),
        ({"costPer1kTokens": None}, (None, None, None)),
        # The figure as it was read: nothing is meant by it.
        ({"costPer1kTokens": 1}, (1, 1, 2)),
        ({"costPer1kTokens": 1, "pricing": {"outputPer1kTokens": 9}}, (1, 1, 9)),
    ],
)
async def test_a_patch_of_the_price_is_merged(api: Api, patch: object, expected: tuple[object, ...]) -> None:
    model = await api.model(await api.provider(), pricing={"inputPer1kTokens": 1, "outputPer1kTokens": 2})
    reply = await api.patch(path_of(model), patch)
    assert (reply.status, figures(reply.document)) == (200, expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"costPer1kTokens": 1}, (1, 1, 2)),
        ({"costPer1kTokens": 3}, (3, 3, 3)),
        ({"pricing": {"inputPer1kTokens": 5}}, (5, 5, None)),
        ({"costPer1kTokens": 1, "pricing": {"inputPer1kTokens": 1, "outputPer1kTokens": 9}}, (1, 1, 9)),
        ({}, (None, None, None)),
    ],
)
async def test_put_replaces_the_price(api: Api, body: Document, expected: tuple[object, ...]) -> None:
    model = await api.model(await api.provider(), pricing={"inputPer1kTokens": 1, "outputPer1kTokens": 2})
    reply = await api.put(path_of(model), body)
    assert (reply.status, figures(reply.document)) == (200, expected)


async def test_a_price_that_is_sent_back_as_it_was_read_keeps_its_source(api: Api) -> None:
    model = await api.model(await api.provider(), modelId="gpt-4o")
    pricing = {"inputPer1kTokens": 0.0025, "outputPer1kTokens": 0.01}
    reply = await api.patch(path_of(model), {"costPer1kTokens": 0.0025, "pricing": pricing})
    assert reply.document == model


LONG_PROMPTS = {"aboveInputTokens": 200_000, "inputPer1kTokens": 0.0025}
TIERED = {
    "inputPer1kTokens": 0.00125,
    "outputPer1kTokens": 0.01,
    "cachedInputPer1kTokens": 0.000125,
    "tiers": [
        LONG_PROMPTS,
        {"serviceTier": "flex", "outputPer1kTokens": 0},
    ],
}
A_TIER = dict.fromkeys(
    [
        "inputPer1kTokens",
        "outputPer1kTokens",
        "cachedInputPer1kTokens",
        "cacheWritePer1kTokens",
        "cacheWrite1hPer1kTokens",
        "reasoningPer1kTokens",
        "audioInputPer1kTokens",
    ]
)
LONG = {**A_TIER, "aboveInputTokens": 200_000, "serviceTier": None, "inputPer1kTokens": Decimal("0.0025")}
FLEX = {**A_TIER, "aboveInputTokens": 0, "serviceTier": "flex", "outputPer1kTokens": 0}


async def test_each_kind_of_token_has_a_price_that_is_merged_shown_and_brought_back(api: Api) -> None:
    model = await api.model(await api.provider(), pricing=TIERED)
    pricing = model["pricing"]
    assert (pricing["cachedInputPer1kTokens"], pricing["cacheWritePer1kTokens"]) == (Decimal("0.000125"), None)
    assert pricing["tiers"] == [LONG, FLEX]
    assert (await api.get(path_of(model)))["pricing"] == pricing

    patch = {"pricing": {"cacheWritePer1kTokens": 0.0015625, "cachedInputPer1kTokens": None, "tiers": [LONG_PROMPTS]}}
    changed = (await api.patch(path_of(model), patch)).document["pricing"]
    assert changed == pricing | {
        "cachedInputPer1kTokens": None,
        "cacheWritePer1kTokens": Decimal("0.0015625"),
        "tiers": [LONG],
    }
    history = (await api.get(f"{path_of(model)}/history"))["data"]
    [difference] = [each for each in history[0]["changes"] if each["field"] == "pricing"]
    assert (difference["before"], difference["after"]) == (pricing, changed)
    assert (await api.get(f"{path_of(model)}?atRevision=1"))["pricing"] == pricing
    assert (await api.put(path_of(model), {"pricing": {"inputPer1kTokens": 1}})).document["pricing"] == {
        **dict.fromkeys(pricing),
        "inputPer1kTokens": 1,
        "tiers": [],
        "currency": "USD",
        "source": "manual",
    }


@pytest.mark.parametrize(
    ("pricing", "pointer"),
    [
        ({"cachedInputPer1kTokens": 1}, "/pricing"),
        ({"inputPer1kTokens": 1, "reasoningPer1kTokens": -1}, "/pricing/reasoningPer1kTokens"),
        (
            {"inputPer1kTokens": 1, "tiers": [{"aboveInputTokens": -1}]},
            "/pricing/tiers/0/aboveInputTokens",
        ),
        ({"inputPer1kTokens": 1, "tiers": [{"aboveInputTokens": 5}]}, "/tiers"),
        ({"inputPer1kTokens": 1, "tiers": [{"inputPer1kTokens": 1}]}, "/tiers"),
    ],
)
async def test_prices_that_make_no_sense_are_refused(api: Api, pricing: Document, pointer: str) -> None:
    reply = await api.post(MODELS, a_model(await api.provider(), pricing=pricing))
    assert (reply.status, reply.pointers) == (422, [pointer])


async def test_the_list_has_the_prices_of_each_kind_and_of_long_prompts(api: Api) -> None:
    google = await api.provider(providerType="google", endpoint="https://generativelanguage.googleapis.com/v1beta")
    pricing = (await api.model(google, modelId="gemini-2.5-pro"))["pricing"]
    assert (pricing["source"], pricing["cachedInputPer1kTokens"]) == ("genai-prices", Decimal("0.000125"))
    [tier] = pricing["tiers"]
    assert (tier["aboveInputTokens"], tier["inputPer1kTokens"], tier["outputPer1kTokens"]) == (
        200_000,
        Decimal("0.0025"),
        Decimal("0.015"),
    )


async def test_a_deployment_has_the_facts_of_its_base_model(api: Api) -> None:
    azure = await api.provider(providerType="azure_openai", endpoint="https://ours.openai.azure.com")
    named = await api.model(azure, modelId="chat-prod-eu", config={"baseModel": "gpt-4o"})
    assert (named["name"], named["type"], named["contextWindow"]) == ("chat-prod-eu", "multimodal", 128_000)
    assert named["pricing"]["inputPer1kTokens"] == Decimal("0.0025")

    bare = await api.model(azure, modelId="chat-test", contextWindow=5)
    assert (bare["type"], bare["pricing"]) == ("unknown", None)
    learned = (await api.patch(path_of(bare), {"config": {"baseModel": "gpt-4o"}})).document
    assert (learned["type"], learned["contextWindow"], learned["maxTokens"]) == ("multimodal", 5, 16_384)
    assert learned["pricing"] == named["pricing"]
    assert learned["sources"]["contextWindow"] == "manual"
    operation = {"op": "update", "id": learned["id"], "config": {"baseModel": "gpt-5"}}
    reply = await api.post(f"{MODELS}/bulk", {"operations": [operation]})
    assert reply.document["results"][0]["model"]["pricing"]["inputPer1kTokens"] == Decimal("0.00125")


async def test_a_whole_number_is_one_however_it_is_written(api: Api) -> None:
    provider = await api.provider()
    written = f'{{"providerId": "{provider["id"]}", "modelId": "m", "contextWindow": 128000.0, "maxTokens": 8.192e3}}'
    model = (await api.ask("POST", MODELS, content=written.encode())).document
    assert (model["contextWindow"], model["maxTokens"]) == (128_000, 8_192)
    refused = await api.ask("PATCH", f"{MODELS}/{model['id']}", content=b'{"contextWindow": 1e400, "maxTokens": 1.5}')
    assert (refused.status, sorted(refused.pointers)) == (422, ["/contextWindow", "/maxTokens"])
