"""What each Claude model accepts, by its name.

Source: platform.claude.com/docs (extended thinking, effort, structured outputs) and the model tables of pydantic-ai
2.68 (profiles/anthropic.py). A name that is not known takes what the models of 2025 took.
"""

import re
from dataclasses import dataclass

from sandbox.model_catalogue import SimulatedModel

_NAME = re.compile(
    r"claude-(?:(\d+)-(?:(\d+)-)?)?(opus|sonnet|haiku|fable|mythos)(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?=-|$)"
)
_UP_TO_HIGH = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Claude:
    """A family and its version."""

    family: str
    version: tuple[int, int]

    @property
    def is_fable(self) -> bool:
        """Of the families that always think."""
        return self.family in {"fable", "mythos"}

    @property
    def is_strict(self) -> bool:
        """It takes neither a budget nor sampling parameters."""
        return self.is_fable or self.version >= ((4, 7) if self.family == "opus" else (5, 0))

    @property
    def takes_budget(self) -> bool:
        """A number of tokens to think may be given."""
        return not self.is_strict and self.version >= (3, 7)

    @property
    def takes_adaptive(self) -> bool:
        """It can decide itself how much to think."""
        return self.is_fable or self.version >= (4, 6)

    @property
    def thinks_by_default(self) -> bool:
        """Adaptive thinking is on by default."""
        return self.is_fable or self.version >= (5, 0)

    @property
    def can_stop_thinking(self) -> bool:
        """Thinking can be disabled."""
        return not self.is_fable and not (self.version >= (5, 5) and self.family in {"opus", "sonnet"})

    @property
    def hides_thoughts(self) -> bool:
        """Thoughts are left out of their blocks unless a summary is requested."""
        return self.is_strict

    @property
    def binds_thoughts(self) -> bool:
        """A thought holds only behind the very conversation in which it was thought."""
        if self.is_fable:
            return self.version >= ((5, 1) if self.family == "fable" else (5, 2))
        return self.version >= (5, 5)

    @property
    def efforts(self) -> tuple[str, ...]:
        """The efforts that it takes."""
        if self.is_strict:
            return (*_UP_TO_HIGH, "xhigh", "max")
        if self.version >= (4, 6):
            return (*_UP_TO_HIGH, "max")
        return _UP_TO_HIGH if self.version >= (4, 5) and self.family == "opus" else ()

    @property
    def continues_prefill(self) -> bool:
        """It continues with an assistant's turn at the end."""
        return not self.is_fable and self.version < (4, 6)

    @property
    def takes_system_turns(self) -> bool:
        """Messages may have the role `system`: it heeds them, or (Sonnet and Haiku 5) does not look at them."""
        return self.is_fable or self.version >= ((4, 8) if self.family == "opus" else (5, 0))

    @property
    def takes_forced_tool(self) -> bool:
        """A tool may be forced while it thinks by itself."""
        if self.is_fable:
            return self.version < (5, 1)
        return self.version < (5, 5) or self.family == "haiku"

    @property
    def formats_output(self) -> bool:
        """It fills a JSON Schema."""
        return self.is_fable or self.version >= ((4, 1) if self.family == "opus" else (4, 5))


def rules_of(model: SimulatedModel) -> Claude:
    """The rules of the model."""
    found = _NAME.match(model.snapshot)
    if found is None:
        return Claude("sandbox", (4, 5))
    old_major, old_minor, family, major, minor = found.groups()
    return Claude(family, (int(major or old_major or 5), int(minor or (old_minor if old_major else 0) or 0)))
