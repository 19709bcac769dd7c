"""What a sandbox model answers: made from the prompt alone, so that a test can foretell every character.

It calls tools when it is told to (`tool_calls`), says what they returned, fills a JSON Schema when it is given one, and
otherwise repeats what the user said. `marks` are words in the prompt that change this.
"""

from dataclasses import dataclass, replace
from typing import Literal

import orjson

from sandbox.instances import instance
from sandbox.marks import Marks, find_marks
from sandbox.prompt import Prompt
from sandbox.tokens import IMAGE_TOKENS, count_tokens, split_tokens
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
class Thought:
    """Something thought, in the pieces in which it is streamed, and the tokens that are billed for it."""

    pieces: tuple[str, ...]
    tokens: int

    @property
    def text(self) -> str:
        """The whole thought."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Words:
    """Something said, in the pieces in which it is streamed; each is one token."""

    pieces: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)


Block = Thought | Words | ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer and what it costs, in tokens."""

    #: In the order in which they were made.
    blocks: tuple[Block, ...]
    marks: Marks
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
        return tuple(piece for block in self.blocks if isinstance(block, Words) for piece in block.pieces)

    @property
    def text(self) -> str:
        """All that is said."""
        return "".join(self.pieces)

    @property
    def thoughts(self) -> tuple[Thought, ...]:
        """All that is thought."""
        return tuple(block for block in self.blocks if isinstance(block, Thought))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """All tools that are called."""
        return tuple(block for block in self.blocks if isinstance(block, ToolCall))

    @property
    def text_tokens(self) -> int:
        """Output without the thinking."""
        return self.output_tokens - self.thinking_tokens

    @property
    def has_usage(self) -> bool:
        """The counts are told at all."""
        return "no-usage" not in self.marks

    @property
    def finish(self) -> Finish:
        """Why the answer ends here, unless a mark says otherwise."""
        if self.refused:
            return "filter"
        if self.cut:
            return "length"
        return "calls" if self.calls else "stop"

    def finish_word(self, words: dict[Finish, str]) -> str:
        """The provider's word for the finish; a mark may ask for another, known or not."""
        asked = self.marks.text("finish")
        known = {str(name): word for name, word in words.items()}
        return known.get(asked, asked) if asked else words[self.finish]


def write_reply(prompt: Prompt, limit: int | None) -> Reply:
    """Answer the prompt in at most `limit` output tokens; thinking counts too, and may leave no room for a word."""
    marks = find_marks(prompt.text)
    refused = "refuse" in marks
    blocks, cut = _fit(() if refused else _blocks(prompt, marks), limit)
    blocks, stopped_by = _stop(blocks, prompt.stops)
    thinking = sum(block.tokens for block in blocks if isinstance(block, Thought))
    reply = Reply(
        blocks=blocks,
        marks=marks,
        input_tokens=count_tokens(prompt),
        image_tokens=IMAGE_TOKENS * sum(1 for image in prompt.images if not image.is_audio),
        audio_tokens=IMAGE_TOKENS * sum(1 for image in prompt.images if image.is_audio),
        cached_tokens=marks.number("cached") or 0,
        written_tokens=marks.number("written") or 0,
        thinking_tokens=thinking,
        output_tokens=sum(_cost(block) for block in blocks),
        cut=cut and stopped_by is None,
        refused=refused,
        declined="decline" in marks and not refused,
        stopped_by=stopped_by,
    )
    return _without_cost(reply) if "zero-usage" in marks else reply


def _without_cost(reply: Reply) -> Reply:
    return replace(
        reply, input_tokens=0, output_tokens=0, thinking_tokens=0, image_tokens=0, cached_tokens=0, written_tokens=0
    )


def _blocks(prompt: Prompt, marks: Marks) -> tuple[Block, ...]:
    thoughts: tuple[Block, ...] = ()
    thinking = prompt.thinking
    if thinking is not None and thinking.tokens:
        label = (f" {thinking.label}.",) if thinking.label else ()
        thoughts = (Thought((*_THOUGHT, *label), thinking.tokens),)
    calls = () if "decline" in marks else choose_calls(prompt)
    if not calls:
        return (*thoughts, Words(split_tokens(_answer(prompt, marks))))
    if "interleaved" not in marks:
        return (*thoughts, *calls)
    again: tuple[Block, ...] = (Thought(_AGAIN, len(_AGAIN)),) if thoughts else ()
    return (*thoughts, Words(split_tokens(ANNOUNCEMENT)), *again, *calls)


def _cost(block: Block) -> int:
    if isinstance(block, Thought):
        return block.tokens
    if isinstance(block, Words):
        return len(block.pieces)
    return len(split_tokens(block.name)) + len(split_tokens(block.arguments))


def _fit(blocks: tuple[Block, ...], limit: int | None) -> tuple[tuple[Block, ...], bool]:
    """The blocks for which there is room, and whether there were more; a call comes whole or not at all."""
    if limit is None:
        return blocks, False
    fitting: list[Block] = []
    for block in blocks:
        room = limit - sum(_cost(each) for each in fitting)
        if _cost(block) <= room:
            fitting.append(block)
            continue
        if isinstance(block, Thought) and room:
            fitting.append(replace(block, tokens=room))
        if isinstance(block, Words) and room:
            fitting.append(Words(block.pieces[:room]))
        return tuple(fitting), True
    return tuple(fitting), False


def _stop(blocks: tuple[Block, ...], stops: tuple[str, ...]) -> tuple[tuple[Block, ...], str | None]:
    """The blocks up to the first stop sequence in the words, and that sequence."""
    for at, block in enumerate(blocks):
        if isinstance(block, Words):
            found = sorted((block.text.find(stop), stop) for stop in stops if stop and stop in block.text)
            if found:
                return (*blocks[:at], Words(split_tokens(block.text[: found[0][0]]))), found[0][1]
    return blocks, None


def _answer(prompt: Prompt, marks: Marks) -> str:
    if "decline" in marks:
        return DECLINED
    if prompt.schema is not None:
        value = instance(prompt.schema) if prompt.schema else {"answer": _said(prompt)}
        return orjson.dumps(value).decode()
    wanted = marks.number("words")
    if wanted:
        return " ".join(f"word{number}" for number in range(1, min(wanted, _MOST_WORDS) + 1))
    return _MARKDOWN if "markdown" in marks else _said(prompt)


def _said(prompt: Prompt) -> str:
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
