"""The sandbox's tokens: at most eight characters each, so that a test can count them."""

import re

import orjson

from sandbox.prompt import Prompt

#: What an image or file costs as input; each provider has its own formula, this is Gemini's for a small image.
IMAGE_TOKENS = 258
_TOKEN = re.compile(r"\s*\S{1,8}|\s+$")


def count_tokens(prompt: Prompt) -> int:
    """Input tokens of the whole prompt; never none, for a message has a frame."""
    tools = sum(len(split_tokens(tool.name + orjson.dumps(dict(tool.schema)).decode())) for tool in prompt.tools)
    words = len(split_tokens(prompt.context)) + len(split_tokens(prompt.text))
    return 3 + tools + words + IMAGE_TOKENS * len(prompt.images)


def split_tokens(text: str) -> tuple[str, ...]:
    """The text cut into tokens of at most eight characters, with the space before each; joined, they are the text."""
    return tuple(_TOKEN.findall(text))
