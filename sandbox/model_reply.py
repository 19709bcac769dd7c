"""Replies of simulated models, derived from the prompt alone so that tests can predict every character.

It calls tools when the prompt requests it (`tool_calls`), says what they returned, fills a JSON Schema if given, and
otherwise repeats what the user said. `prompt_directives` lists the words in a prompt that change this.
"""

from dataclasses import dataclass, replace
from typing import Literal

import orjson

from sandbox.parsed_prompt import ParsedPrompt
from sandbox.prompt_directives import PromptDirectives, find_directives
from sandbox.schema_instances import schema_instance
from sandbox.token_counting import IMAGE_TOKENS, count_tokens, split_tokens
from sandbox.tool_calls import ToolCall, choose_calls

#: What a model says that declines.
DECLINED = "I cannot help with that."
#: What it says before it calls tools under `sandbox:interleaved`.
ANNOUNCEMENT = "I will look it up."
_THOUGHT = ("Let me think", " about what was said.")
_AGAIN = ("One more", " thought.")
#: A longer prompt is quoted up to here.
_QUOTED = 400
_MOST_WORDS = 100_000
_MARKDOWN = "# Sandbox\n\n- **one**\n- two\n\n```python\nprint('hello')\n```\n"

Finish = Literal["stop", "calls", "length", "filter", "failed"]


@dataclass(frozen=True, slots=True)
class ThinkingBlock:
    """A block of reasoning: the pieces in which it is streamed, and the tokens billed for it."""

    pieces: tuple[str, ...]
    tokens: int

    @property
    def text(self) -> str:
        """The complete text."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A block of text: the pieces in which it is streamed, one token each."""

    pieces: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)


Block = ThinkingBlock | TextBlock | ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """A reply and its token counts."""

    #: In the order in which they were made.
    blocks: tuple[Block, ...]
    directives: PromptDirectives
    input_tokens: int
    #: The part of the input that images and files cost, and that which sound costs.
    image_tokens: int
    audio_tokens: int
    #: The parts of the input that were read from the cache and written to it.
    cached_tokens: int
    written_tokens: int
    thinking_tokens: int
    #: All that is billed as output, the thinking included.
    output_tokens: int
    #: The limit on output ended it.
    cut: bool
    #: The content filter stopped it.
    refused: bool
    #: The model said no; the words are its refusal.
    declined: bool = False
    #: The stop sequence that ended it.
    stopped_by: str | None = None

    @property
    def pieces(self) -> tuple[str, ...]:
        """All that is said, in the pieces in which it is streamed."""
        return tuple(piece for block in self.blocks if isinstance(block, TextBlock) for piece in block.pieces)

    @property
    def text(self) -> str:
        """All that is said."""
        return "".join(self.pieces)

    @property
    def thoughts(self) -> tuple[ThinkingBlock, ...]:
        """All that is thought."""
        return tuple(block for block in self.blocks if isinstance(block, ThinkingBlock))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """All tools that are called."""
        return tuple(block for block in self.blocks if isinstance(block, ToolCall))

    @property
    def text_tokens(self) -> int:
        """Output without the thinking."""
        return self.output_tokens - self.thinking_tokens

    @property
    def billed(self) -> dict[str, int]:
        """The tokens that are charged."""
        return {"inputTokens": self.input_tokens, "outputTokens": self.output_tokens}

    @property
    def has_usage(self) -> bool:
        """Whether the response includes token counts."""
        return "no-usage" not in self.directives

    @property
    def finish(self) -> Finish:
        """The finish reason, unless a directive overrides it."""
        if self.refused:
            return "filter"
        if self.cut:
            return "length"
        return "calls" if self.calls else "stop"

    def finish_word(self, words: dict[Finish, str]) -> str:
        """Return the provider's finish reason; a directive may override it with any text."""
        asked = self.directives.text("finish")
        known = {str(name): word for name, word in words.items()}
        return known.get(asked, asked) if asked else words[self.finish]


def write_reply(prompt: ParsedPrompt, limit: int | None) -> ModelReply:
    """Reply in at most `limit` output tokens. Reasoning counts too, and may leave no room for text."""
    directives = find_directives(prompt.text)
    refused = "refuse" in directives
    blocks, cut = _fit(() if refused else _blocks(prompt, directives), limit)
    blocks, stopped_by = _stop(blocks, prompt.stops)
    thinking = sum(block.tokens for block in blocks if isinstance(block, ThinkingBlock))
    reply = ModelReply(
        blocks=blocks,
        directives=directives,
        input_tokens=count_tokens(prompt),
        image_tokens=IMAGE_TOKENS * sum(1 for image in prompt.images if not image.is_audio),
        audio_tokens=IMAGE_TOKENS * sum(1 for image in prompt.images if image.is_audio),
        cached_tokens=directives.number("cached") or 0,
        written_tokens=directives.number("written") or 0,
        thinking_tokens=thinking,
        output_tokens=sum(_cost(block) for block in blocks),
        cut=cut and stopped_by is None,
        refused=refused,
        declined="decline" in directives and not refused,
        stopped_by=stopped_by,
    )
    return _without_cost(reply) if "zero-usage" in directives else reply


def _without_cost(reply: ModelReply) -> ModelReply:
    return replace(
        reply, input_tokens=0, output_tokens=0, thinking_tokens=0, image_tokens=0, cached_tokens=0, written_tokens=0
    )


def _blocks(prompt: ParsedPrompt, directives: PromptDirectives) -> tuple[Block, ...]:
    thoughts: tuple[Block, ...] = ()
    thinking = prompt.thinking
    if thinking is not None and thinking.tokens:
        label = (f" {thinking.label}.",) if thinking.label else ()
        thoughts = (ThinkingBlock((*_THOUGHT, *label), thinking.tokens),)
    calls = () if "decline" in directives else choose_calls(prompt)
    if not calls:
        return (*thoughts, TextBlock(split_tokens(_answer(prompt, directives))))
    if "interleaved" not in directives:
        return (*thoughts, *calls)
    again: tuple[Block, ...] = (ThinkingBlock(_AGAIN, len(_AGAIN)),) if thoughts else ()
    return (*thoughts, TextBlock(split_tokens(ANNOUNCEMENT)), *again, *calls)


def _cost(block: Block) -> int:
    if isinstance(block, ThinkingBlock):
        return block.tokens
    if isinstance(block, TextBlock):
        return len(block.pieces)
    return len(split_tokens(block.name)) + len(split_tokens(block.arguments))


def _fit(blocks: tuple[Block, ...], limit: int | None) -> tuple[tuple[Block, ...], bool]:
    """Return the blocks within the limit, and whether some were cut. Tool calls are never cut."""
    if limit is None:
        return blocks, False
    fitting: list[Block] = []
    for block in blocks:
        room = limit - sum(_cost(each) for each in fitting)
        if _cost(block) <= room:
            fitting.append(block)
            continue
        if isinstance(block, ThinkingBlock) and room:
            fitting.append(replace(block, tokens=room))
        if isinstance(block, TextBlock) and room:
            fitting.append(TextBlock(block.pieces[:room]))
        return tuple(fitting), True
    return tuple(fitting), False


def _stop(blocks: tuple[Block, ...], stops: tuple[str, ...]) -> tuple[tuple[Block, ...], str | None]:
    """The blocks up to the first stop sequence in the words, and that sequence."""
    for at, block in enumerate(blocks):
        if isinstance(block, TextBlock):
            found = sorted((block.text.find(stop), stop) for stop in stops if stop and stop in block.text)
            if found:
                return (*blocks[:at], TextBlock(split_tokens(block.text[: found[0][0]]))), found[0][1]
    return blocks, None


def _answer(prompt: ParsedPrompt, directives: PromptDirectives) -> str:
    if "decline" in directives:
        return DECLINED
    if prompt.schema is not None:
        value = schema_instance(prompt.schema) if prompt.schema else {"answer": _said(prompt)}
        return orjson.dumps(value).decode()
    wanted = directives.number("words")
    if wanted:
        return " ".join(f"word{number}" for number in range(1, min(wanted, _MOST_WORDS) + 1))
    return _MARKDOWN if "markdown" in directives else _said(prompt)


def _said(prompt: ParsedPrompt) -> str:
    # The quotation marks take three bytes each in UTF-8: a client that decodes byte chunks one by one breaks on them.
    parts = [
        f"{result.name} {'failed with' if result.is_error else 'returned'} “{_quote(result.text)}”."
        for result in prompt.results
    ]
    if not prompt.step:
        parts.append(f"You said “{_quote(prompt.text)}” ({_plural(len(prompt.text.split()), 'word')}).")
    for noun in ("image", "file"):
        seen = [str(image) for image in prompt.images if image.noun == noun]
        if seen:
            parts.append(f"I see {_plural(len(seen), noun)}: {'; '.join(seen)}.")
    return " ".join(parts)


def _quote(text: str) -> str:
    return text if len(text) <= _QUOTED else text[:_QUOTED] + "…"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
