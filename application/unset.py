"""The difference between a field that was left out and one that was set to nothing."""

from enum import Enum
from typing import Final


class Unset(Enum):
    """The request does not mention the field."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
