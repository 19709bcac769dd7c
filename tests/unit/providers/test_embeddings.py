"""What is asked of providers that turn texts into vectors, and what is made of their answers."""

from base64 import b64encode
from struct import pack
from typing import Any

import orjson
import pytest

from adapters.providers.provider_gateway import Gateway
from application.errors import InvalidInput
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.embedding import EmbeddingInput, EmbeddingRequest
from tests.fakes.outbound_http import FakeOutbound
from tests.unit.providers.sample_lists import BASE, KEY, a_connection

JSON = {"content-type": "application/json", "x-request-id": "req_7"}
OPENAI = f"{BASE}/embeddings"
GOOGLE = f"{BASE}/models/gemini-embedding-001:batchEmbedContents"


def a_request(model_id: str = "text-embedding-3-small", **inputs: Any) -> EmbeddingRequest:  # noqa: ANN401 - any input
    return EmbeddingRequest(model_id=model_id, input=EmbeddingInput(**inputs), deadline_seconds=5.0)


def openai_answer(*vectors: object, tokens: int | None = 4) -> bytes:
    rows = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens} if tokens is not None else None
    return orjson.dumps({"object": "list", "data": rows[::-1], "model": "text-embedding-3-small-2024", "usage": usage})


def sent(outbound: FakeOutbound, number: int = 0) -> dict[str, Any]:
    return dict(outbound.requests[number].json or {})


@pytest.mark.parametrize("provider_type", ["openai", "openai_compatible"])
async def test_texts_become_vectors_in_their_order(provider_type: str) -> None:
    outbound = FakeOutbound()
    outbound.answer("POST", OPENAI, openai_answer([0.5, 1], [0.25, -2.0]), headers=JSON)
    embedded = await Gateway(outbound).embed(
        a_connection(provider_type), a_request(texts=("one", "two"), dimensions=2, others={"user": "u", "input": "no"})
    )
    assert [list(vector) for vector in embedded.vectors] == [[0.5, 1], [0.25, -2.0]]
    assert (embedded.usage.input_tokens, embedded.usage.output_tokens) == (4, 0)
    assert (embedded.answered_by, embedded.upstream_request_id) == ("text-embedding-3-small-2024", "req_7")
    assert sent(outbound) == {
        "model": "text-embedding-3-small",
        "input": ["one", "two"],
        "dimensions": 2,
        "user": "u",
    }


async def test_tokens_go_as_they_are() -> None:
    outbound = FakeOutbound()
    outbound.answer("POST", OPENAI, openai_answer([1.0], [2.0]), headers=JSON)
    await Gateway(outbound).embed(a_connection("openai"), a_request(tokens=((1, 2), (3,))))
    assert sent(outbound)["input"] == [[1, 2], [3]]


async def test_a_server_that_writes_base64_unasked_is_understood() -> None:
    outbound = FakeOutbound()
    outbound.answer("POST", OPENAI, openai_answer(b64encode(pack("<2f", 0.5, -1.0)).decode()), headers=JSON)
    embedded = await Gateway(outbound).embed(a_connection("openai"), a_request(texts=("one",)))
    assert list(embedded.vectors[0]) == [0.5, -1.0]


async def test_tokens_that_were_not_counted_are_not_none_at_all() -> None:
    outbound = FakeOutbound()
    outbound.answer("POST", OPENAI, openai_answer([1.0], tokens=None), headers=JSON)
    embedded = await Gateway(outbound).embed(a_connection("openai"), a_request(texts=("one",)))
    assert embedded.usage.input_tokens is None


@pytest.mark.parametrize(
    "body",
    [openai_answer([1.0]), openai_answer([1.0], "not base64!"), openai_answer([1.0], ["x"]), b"{}", b"[]", b"no"],
)
async def test_an_answer_that_lacks_a_vector_is_none(body: bytes) -> None:
    outbound = FakeOutbound()
    outbound.answer("POST", OPENAI, body, headers=JSON)
    with pytest.raises(UpstreamFailure) as caught:
        await Gateway(outbound).embed(a_connection("openai"), a_request(texts=("one", "two")))
    assert KEY not in str(caught.value)


async def test_azure_is_asked_at_its_deployment() -> None:
    outbound = FakeOutbound()
    url = f"{BASE}/openai/deployments/vectors/embeddings?api-version=2024-10-21"
    outbound.answer("POST", url, openai_answer([1.0]), headers=JSON)
    await Gateway(outbound).embed(a_connection("azure_openai"), a_request("vectors", texts=("one",)))
    assert sent(outbound) == {"input": ["one"]}


async def test_google_is_asked_in_batches_and_the_order_is_kept() -> None:
    outbound = FakeOutbound()
    for first, count in ((0, 100), (100, 50)):
        values = [{"values": [float(number)]} for number in range(first, first + count)]
        answer = {"embeddings": values, "usageMetadata": {"promptTokenCount": count}}
        outbound.answer("POST", GOOGLE, orjson.dumps(answer), headers=JSON)
    texts = tuple(f"text {number}" for number in range(150))
    asked = a_request("gemini-embedding-001", texts=texts, dimensions=64, others={"user": "u"})
    embedded = await Gateway(outbound).embed(a_connection("google"), asked)
    assert [vector[0] for vector in embedded.vectors] == [float(number) for number in range(150)]
    assert embedded.usage.input_tokens == 150
    assert embedded.ignored_fields == ("user",)
    assert [len(sent(outbound, number)["requests"]) for number in (0, 1)] == [100, 50]
    assert sent(outbound, 1)["requests"][0] == {
        "model": "models/gemini-embedding-001",
        "content": {"parts": [{"text": "text 100"}]},
        "outputDimensionality": 64,
    }


async def test_google_takes_no_tokens_of_others() -> None:
    with pytest.raises(InvalidInput) as caught:
        await Gateway(FakeOutbound()).embed(a_connection("google"), a_request(tokens=((1,),)))
    assert caught.value.pointer == "/input"


async def test_anthropic_has_none() -> None:
    with pytest.raises(UpstreamFailure, match="no embeddings") as caught:
        await Gateway(FakeOutbound()).embed(a_connection("anthropic"), a_request(texts=("one",)))
    assert caught.value.failure.category == "bad_request"
