"""Token counting: a token has at most eight characters, so that tests can count them."""

import re

import orjson

from sandbox.parsed_prompt import ParsedPrompt

#: What an image or file costs as input; each provider has its own formula, this is Gemini's for a small image.
IMAGE_TOKENS = 258
_TOKEN = re.compile(r"\s*\S{1,8}|\s+$")


def count_tokens(prompt: ParsedPrompt) -> int:
    """Return the input tokens of the prompt; at least 3, for the message frame."""
    tools = sum(len(split_tokens(tool.name + orjson.dumps(dict(tool.schema)).decode())) for tool in prompt.tools)
    words = len(split_tokens(prompt.context)) + len(split_tokens(prompt.text))
    return 3 + tools + words + IMAGE_TOKENS * len(prompt.images)


def split_tokens(text: str) -> tuple[str, ...]:
    """The text cut into tokens of at most eight characters, with the space before each; joined, they are the text."""
    return tuple(_TOKEN.findall(text))
