"""What every client can do, and how its errors are seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

ClientResult = dict[str, Any]

APIS: Final = ("chat_completions", "responses", "messages")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientError(Exception):
    """What a client raised: the status that it saw, and the error's code (OpenAI) or type (Anthropic)."""

    status: int | None
    code: str | None
    param: str | None
    message: str
    raised: str

    def __str__(self) -> str:
        return f"{self.raised} {self.status} {self.code} {self.param}: {self.message}"


class Client(Protocol):
    """A client of one API.

    `run` does what `operation` names, as a user of the client would write it, and returns what the client made of the
    answer. The operations and what they return:

    * chat, stream (model, text): text, finish, tokens ([input, output])
    * tools (model, text, tools, results, choice, is_streamed, effort): steps (of each step the calls: name, arguments),
      text and thoughts of the last answer; with a choice, one step only
    * schema (model, text): value, an instance of `City`
    * image, pdf (model, text, data): text
    * think (model, text, effort, is_streamed): text, thoughts
    * embed (model, texts): vectors
    * count (model, text): tokens
    * leave (model, text): begins to stream, and goes away after the first words
    """

    name: str
    version: str
    api: str
    operations: frozenset[str]

    async def run(self, operation: str, /, **arguments: Any) -> ClientResult:
        """Do it.

        Raises:
            ClientError: the client raised an error.
        """


CITY: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "population": {"type": "integer"},
        "districts": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "population", "districts"],
    "additionalProperties": False,
}
"""The schema of the object that is requested; clients make it from a type of their own where they can."""
