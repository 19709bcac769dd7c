"""Each field of a model says from where it is, and a person's word stays one."""

from tests.e2e.api_client import Api, path_of


async def test_a_changed_value_is_a_persons_own_and_its_neighbours_keep_their_sources(api: Api) -> None:
    model = await api.model(await api.provider(), modelId="gpt-4o")
    patch = {"maxTokens": 5, "type": "language", "pricing": {"outputPer1kTokens": 1}}
    changed = (await api.patch(path_of(model), patch)).document
    assert changed["sources"] == model["sources"] | {"maxTokens": "manual", "type": "manual", "price": "manual"}


async def test_put_fills_in_what_is_left_out_and_says_from_where(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider, modelId="gpt-4o", name="Ours", maxTokens=5, type="language", costPer1kTokens=9)
    filled = await api.model(await api.provider(), modelId="gpt-4o")
    again = (await api.put(path_of(model), {})).document
    for field in ("name", "type", "capabilities", "contextWindow", "maxTokens", "costPer1kTokens", "pricing"):
        assert again[field] == filled[field]
    assert again["sources"] == filled["sources"]


async def test_emptied_values_are_a_persons_word_too(api: Api) -> None:
    model = await api.model(await api.provider(), modelId="gpt-4o")
    emptied = (await api.patch(path_of(model), {"pricing": None, "maxTokens": None})).document
    assert (emptied["sources"]["price"], emptied["sources"]["maxTokens"]) == ("manual", "manual")
    assert emptied["sources"]["contextWindow"] == "catalogue"
