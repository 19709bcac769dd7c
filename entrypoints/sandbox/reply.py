"""The text a sandbox model answers: made from the prompt alone, so that a test can foretell every character.

Three words in a prompt change the answer: `sandbox:refuse` has it refused by the provider's content filter,
`sandbox:words=500` makes it 500 words long, and `sandbox:markdown` answers with a heading, a list and code.
"""

import re
from dataclasses import dataclass

from entrypoints.sandbox.prompt import Prompt

REFUSE = "sandbox:refuse"
#: Tokens a reasoning model thinks before its first word, billed as output.
THINKING_TOKENS = 16
#: What an image costs as input; each provider has its own formula, this is Gemini's for a small image.
IMAGE_TOKENS = 258
#: A longer prompt is quoted up to here.
_QUOTED = 400
_MOST_WORDS = 100_000
_TOKEN = re.compile(r"\s*\S{1,8}|\s+$")
_LONG = re.compile(r"sandbox:words=(\d{1,6})")
_MARKDOWN = "# Sandbox\n\n- **one**\n- two\n\n```python\nprint('hello')\n```\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer and what it costs, in tokens."""

    #: The text in the pieces in which it is streamed; each is one token.
    pieces: tuple[str, ...]
    input_tokens: int
    #: The part of the input that images cost.
    image_tokens: int
    thinking_tokens: int
    #: The limit on output ended it.
    cut: bool
    refused: bool

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces)

    @property
    def text_tokens(self) -> int:
        """Output without the thinking."""
        return len(self.pieces)

    @property
    def output_tokens(self) -> int:
        """All that is billed as output."""
        return len(self.pieces) + self.thinking_tokens


def write_reply(prompt: Prompt, *, limit: int | None, reasoning: bool) -> Reply:
    """Answer the prompt in at most `limit` output tokens; thinking counts too, and may leave no room for a word."""
    refused = REFUSE in prompt.text
    pieces = () if refused else split_tokens(_answer(prompt))
    thinking = THINKING_TOKENS if reasoning and not refused else 0
    if limit is not None:
        thinking = min(thinking, limit)
    room = len(pieces) if limit is None else limit - thinking
    images = IMAGE_TOKENS * len(prompt.images)
    return Reply(
        pieces=pieces[:room],
        input_tokens=count_tokens(prompt),
        image_tokens=images,
        thinking_tokens=thinking,
        cut=room < len(pieces),
        refused=refused,
    )


def count_tokens(prompt: Prompt) -> int:
    """Input tokens of the whole prompt; never none, for a message has a frame."""
    words = len(split_tokens(prompt.context)) + len(split_tokens(prompt.text))
    return 3 + words + IMAGE_TOKENS * len(prompt.images)


def split_tokens(text: str) -> tuple[str, ...]:
    """The text cut into tokens of at most eight characters, with the space before each; joined, they are the text."""
    return tuple(_TOKEN.findall(text))


def _answer(prompt: Prompt) -> str:
    wanted = _LONG.search(prompt.text)
    if wanted:
        return " ".join(f"word{number}" for number in range(1, min(int(wanted[1]), _MOST_WORDS) + 1))
    if "sandbox:markdown" in prompt.text:
        return _MARKDOWN
    # The quotation marks take three bytes each in UTF-8: a client that decodes byte chunks one by one breaks on them.
    parts = [f"You said “{_quote(prompt.text)}” ({_plural(len(prompt.text.split()), 'word')})."]
    if prompt.images:
        seen = "; ".join(str(image) for image in prompt.images)
        parts.append(f"I see {_plural(len(prompt.images), 'image')}: {seen}.")
    return " ".join(parts)


def _quote(text: str) -> str:
    return text if len(text) <= _QUOTED else text[:_QUOTED] + "…"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
