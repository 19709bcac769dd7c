"""Fields that a protocol does not support: rejected, or ignored and reported."""

import re
from typing import Final, NoReturn

from application.errors import UnsupportedInput
from application.prompts.conversation import Conversation

MESSAGES: Final = "/messages"
"""The place of the conversation, until it is called as the client calls it."""


class Translation:
    """Keeps account of one request on its way into another protocol; `label` is the provider's name in sentences."""

    def __init__(self, conversation: Conversation, label: str) -> None:
        """Begin.

        Raises:
            UnsupportedInput: the client wrote something that only its own protocol has.
        """
        self.label = label
        self._conversation = conversation
        self._ignored = dict.fromkeys(conversation.tuning)
        for foreign in conversation.untranslatable:
            raise UnsupportedInput(pointer(foreign.field), foreign.message)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The client's names of the fields that were left out."""
        return tuple(self._ignored)

    def ignore(self, field: str, value: object) -> None:
        """Leave the field out, and list it as ignored, if the client has sent it."""
        if value is not None:
            self._ignored[self._conversation.name_of(field)] = None

    def refuse_if(self, field: str, value: object, advice: str) -> None:
        """Refuse the field when the client has given it.

        Raises:
            UnsupportedInput: it has.
        """
        if value is not None:
            self.refuse(field, advice)

    def refuse(self, field: str, advice: str) -> NoReturn:
        """Refuse the field; the advice says what to do.

        Raises:
            UnsupportedInput: always.
        """
        name = self._conversation.name_of(field)
        message = f"{self.label} has nothing like {name}, which would change the answer. {advice}"
        raise UnsupportedInput(pointer(name), message)


def pointer(field: str) -> str:
    """Return the JSON pointer (RFC 6901) of a field written as `messages[0].content`."""
    steps = [step for step in re.split(r"[.\[\]]+", field) if step]
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)
