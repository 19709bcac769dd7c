"""The official OpenAI client's embeddings."""

from typing import Any

import openai
import pytest

from sandbox.server import Sandbox
from tests.contract.sandbox.sdks import openai_client


async def test_embeds_as_numbers_and_as_base64(sandbox: Sandbox) -> None:
    async with openai_client(sandbox) as client:
        plain = await client.embeddings.create(
            model="text-embedding-3-small", input=["a", "b"], encoding_format="float"
        )
        packed = await client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
        tokens = await client.embeddings.create(model="text-embedding-3-large", input=[[1, 2], [3]], dimensions=8)
    assert [item.embedding for item in plain.data] == [item.embedding for item in packed.data]
    assert (len(plain.data[0].embedding), len(tokens.data[0].embedding)) == (1536, 8)
    assert plain.data[0].embedding != plain.data[1].embedding
    assert (plain.usage.prompt_tokens, tokens.usage.prompt_tokens) == (2, 3)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"input": ""}, "cannot be an empty string"),
        ({"input": ["a", ""]}, "cannot be an empty string"),
        ({"input": []}, "'$.input' is invalid"),
        ({"input": ["a"] * 2049}, "maximum length 2048, but got an array with length 2049"),
        ({"input": "a " * 8193}, "maximum context length is 8192 tokens"),
        ({"input": ["a " * 8191] * 37}, "max 300000 tokens per request"),
        ({"dimensions": 1537}, "Must be less than or equal to 1536"),
        ({"model": "text-embedding-ada-002", "dimensions": 9}, "does not support specifying dimensions"),
    ],
)
async def test_refuses_to_embed(sandbox: Sandbox, more: dict[str, Any], words: str) -> None:
    async with openai_client(sandbox) as client:
        with pytest.raises(openai.BadRequestError) as refused:
            await client.embeddings.create(**{"model": "text-embedding-3-small", "input": "a", **more})
    assert words in refused.value.message
